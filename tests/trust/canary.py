"""Canaries: random secrets, each of the form that its place demands, and how to find one again.

They are drawn anew in every run, so that nothing can be made to know them. A canary is out when any
twelve characters of it are, as they are or in any of the encodings that a reader could undo.
"""

import base64
import json
import secrets
import string
from dataclasses import dataclass
from urllib.parse import quote

_FRAGMENT = 12
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Canary:
    """What is planted, and the part of it that must stay inside."""

    text: str
    secret: str


def letters(count: int, alphabet: str = _LETTERS) -> str:
    """Return random characters, digits and letters of both cases among them where there are."""
    while True:
        drawn = "".join(secrets.choice(alphabet) for _ in range(count))
        kinds = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
        if all(set(kind) & set(drawn) for kind in kinds if set(kind) & set(alphabet)):
            return drawn


def word(count: int = 20) -> Canary:
    """Return a password as a generator makes it."""
    return _whole(letters(count))


def plain() -> Canary:
    """Return a password of small letters only, as people make them."""
    return _whole(letters(18, string.ascii_lowercase))


def marked() -> Canary:
    """Return a password full of signs that end values in one format or another."""
    return _whole(f"{letters(5)}!{letters(5)}+{letters(5)}%{letters(5)}~{letters(5)}")


def phrase() -> Canary:
    """Return a passphrase of words."""
    return _whole(" ".join(letters(5, string.ascii_lowercase) for _ in range(4)))


def hexadecimal(count: int = 32) -> Canary:
    """Return a key in hexadecimal."""
    return _whole(secrets.token_hex(count // 2))


def jwt() -> Canary:
    """Return a JSON Web Token."""
    header = {"alg": "RS256", "kid": letters(12)}
    claims = {"sub": letters(10), "jti": letters(16), "iss": "https://issuer.example"}
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), secrets.token_bytes(32)]
    return _whole(".".join(base64.urlsafe_b64encode(one).decode().rstrip("=") for one in parts))


def pem(kind: str = "RSA PRIVATE KEY", width: int = 64) -> Canary:
    """Return a private key over many lines, of which no line may be out."""
    body = base64.b64encode(b"\x30\x82" + secrets.token_bytes(420)).decode()
    lines = "\n".join(body[i : i + width] for i in range(0, len(body), width))
    return Canary(f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----", lines)


def login() -> Canary:
    """Return `user:password` in base64."""
    password = letters(20)
    return Canary(base64.b64encode(f"robot:{password}".encode()).decode(), password)


def encoded(plain_text: str, password: str) -> Canary:
    """Return a text with a password in base64."""
    return Canary(base64.b64encode(plain_text.encode()).decode(), password)


def issued(beginning: str, count: int, alphabet: str = _LETTERS) -> Canary:
    """Return a token with the beginning that its issuer gives it."""
    return _whole(beginning + letters(count, alphabet))


def _whole(text: str) -> Canary:
    return Canary(text, text)


class Watch:
    """Looks for many canaries at once in whatever comes out."""

    def __init__(self, planted: dict[str, Canary]) -> None:
        """Take canaries by the name of their place."""
        self._known: dict[str, str] = {}
        for name, canary in planted.items():
            for form in _forms(canary.secret):
                fragments = {form[i : i + _FRAGMENT] for i in range(len(form) - _FRAGMENT + 1)}
                self._known |= dict.fromkeys(fragments or {form}, name)

    def leaks(self, said: str) -> dict[str, str]:
        """Return the names of the places whose canary is out, each with a fragment of it."""
        found: dict[str, str] = {}
        for text in (said, "".join(said.split())):
            for i in range(len(text) - _FRAGMENT + 1):
                name = self._known.get(text[i : i + _FRAGMENT])
                if name:
                    found.setdefault(name, text[max(0, i - 60) : i + 60])
        return found


def _forms(secret: str) -> set[str]:
    """Return a secret in all the forms that a reader could undo."""
    lines = [line for line in secret.split("\n") if line]
    forms = {*lines, secret.replace("\n", ""), secret.replace(" ", "")}
    for one in (secret, secret.replace("\n", "")):
        raw = one.encode()
        forms |= {raw.hex(), raw.hex().upper(), quote(one, safe=""), one[::-1]}
        forms |= {json.dumps(one)[1:-1], json.dumps(json.dumps(one))[3:-3]}
        for shift in range(3):  # where it begins among the three bytes of a group
            shifted = base64.b64encode(b"\0" * shift + raw).decode()
            kept = shifted[4 if shift else 0 : len(shifted) - 4]
            forms |= {kept, kept.replace("+", "-").replace("/", "_")}
    return {form for form in forms if len(form) >= _FRAGMENT}
