"""Secrets in base64: what looks like encoded text is decoded once, and looked at."""

import base64
import binascii
import re
from collections.abc import Callable

# Four letters carry three bytes; those of text begin with one of few letters, as ASCII has no
# eighth bit and text no control characters. Words and paths are told apart without decoding them.
_TEXT = re.compile(
    r"[A-Za-f](?<![\w+/-][A-Za-f])[\w+/-]{3}(?:[A-Za-f][\w+/-]{3}){4}[\w+/-]{4,}={0,2}"
    r"(?:(?:\\n|\\r|\s){1,24}[\w+/-]{20,}={0,2}(?![\w+/-]))*"
)
_PACKED = re.compile(r"(?<![\w+/-])(?:H4sI|SDRzSU)[\w+/-]{16,}={0,2}")
"""A gzip file, and one that was encoded twice, as Helm keeps its releases: nobody reads those."""
_LEAST = 8
_PAIR = re.compile(r"[\w.@+$|\-]{0,100}:[^\s:]{2,}")
_MAP = str.maketrans("-_", "+/")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def blank_encoded(text: str, redact: Callable[[str], str], instead: str) -> str:
    """Return text without base64 that `redact` would take something out of, once decoded."""

    def shown(found: re.Match[str]) -> str:
        plain = decoded(found[0])
        return found[0] if redact(plain) == plain else instead

    if "H4sI" in text or "SDRzSU" in text:
        text = _PACKED.sub(instead, text)
    return _TEXT.sub(shown, text)


def decoded(encoded: str) -> str:
    """Return the text that base64 stands for, as far as it is whole; "" for any other bytes."""
    letters = re.sub(r"\\[nr]|\s", "", encoded).rstrip("=").translate(_MAP)
    whole = letters[: len(letters) // 4 * 4]
    rest = letters[len(whole) :]
    try:
        found = base64.b64decode(whole + (rest + "==" if len(rest) > 1 else ""))[:100_000]
    except binascii.Error:
        return ""
    text = found.decode("utf-8", errors="replace")
    return "" if "\ufffd" in text[:-4] or _NO_TEXT.search(text) else text


def is_login(value: str) -> bool:
    """Return whether a value is `user:password` in base64, as registries and HTTP want it."""
    return len(value) >= _LEAST and bool(_PAIR.fullmatch(decoded(value)))
