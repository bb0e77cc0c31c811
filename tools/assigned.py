"""Secrets that stand beside a telling name: in settings of any format, log lines, command lines.

Nothing is parsed: a file may be a template, cut, or quoted in another. Wherever a telling name
ends, what follows it decides whether it has a value, and where that value ends.
"""

import re
from collections.abc import Iterator

from clusterwright.tools.encoded import is_login
from clusterwright.tools.telling import harmless, secret_name

_STEMS = (
    *("pass", "pwd", "secret", "token", "key", "cred", "auth", "dsn", "psk", "kubeconfig"),
    *(
        "connection",
        "dockerconfig",
        "netrc",
        "_pat",
        "cookie",
        "id_rsa",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
    ),
)
_LONGEST = 80
"""Characters of a name before and after the stem that is found."""
_BEFORE = re.compile(r"[\w.\-]{0,80}\Z")
_AFTER = re.compile(r"[\w.\-]{0,80}")
_IS = re.compile(
    r"(?P<quote>\\{0,7}[\"'`])?\]?[ \t]{0,8}(?P<sign>=>|:=|==?|:)(?!//)[ \t]{0,8}"
    r"(?:\n[ \t]{0,80}(?=\\{0,7}\"))?"
)
_PAIRED = re.compile(  # {"name": "PASSWORD", "value": "..."}, in YAML and XML too
    r"\\{0,7}[\"']?(?:</\w{1,20}>)?[,;]?(?:\s|\\n){0,80}[<\"'\\]{0,8}(?i:value|content)"
    r"\\{0,7}[\"']?[ \t]{0,8}[=:>][ \t]{0,8}"
)
_LISTED = re.compile(r"\\{0,7}[\"'][ \t]{0,8},\s{0,80}(?=\\{0,7}[\"'])")  # ["--password", "..."]
_ELEMENT = re.compile(r"(?:\s[^<>]{0,200})?>(?=[^<])")
_SPACE = re.compile(r"[ \t]{1,8}")
_VALUE = re.compile(
    r"(?P<triple>\"\"\"|''')(?:(?!(?P=triple)).){0,4000}(?:(?P=triple))?"
    r"|(?P<escaped>\\{1,7}[\"'])(?:(?!(?<!\\)(?P=escaped))[^\n])*(?:(?P=escaped))?"
    r"|(?P<quote>[\"'`])(?:(?!(?P=quote))[^\\\n]|\\.)*(?:(?P=quote))?"
    r"|\[[^\[\]{}]{1,4000}\]"
    # A sign that parts settings ends a value only where another setting begins.
    r"|(?:[^\s,;&\"'`}\])]|[,;&](?![\w .\-]{0,40}[=:]|\s|\Z)|[\"'`}\])](?![\s,;&\"'`}\])]|\Z))+",
    re.DOTALL,
)
_REFERRED = re.compile(
    r"\\{0,7}[\"']?(?:\$\([\w.-]{1,80}\)|\$\{[\w.]{1,80}\}|\{\{[^{}]{0,200}\}\})(?=[\s\"'\\,;&)}\]]|\Z)"
)
_LINE = re.compile(r"[^\n]{0,4000}")
_BLOCK = re.compile(r"[|>][+\-\d]{0,2}[ \t]{0,8}\n")
_ITEM = re.compile(r"[ \t]*-[ \t]+[\"']?[^\s:\"'{\[]+[\"']?[ \t]*\Z")
_PROSE = re.compile(r"(?:-|(?i:is|was|not|must|has|or|and|to|in|for|flag|option|from|of)\b)")
_LEADING = re.compile(r"[\s\-#;]{0,80}(?:(?:export|set)\s{1,4})?\$?[\"']?\Z")
_PASS = re.compile(r"pass(?:w(?:or)?d|phrase)?s?\Z|pwd\Z", re.IGNORECASE)
_COMPOUND = re.compile(r"\w[_\-]\w|[a-z][A-Z]")
_CHECKSUM = "checksum/"
_OPENED = ("[{", "[[")
_DIGIT = re.compile(r"\d")
_LOGINS = ("auth", "_auth")
_LONG = 16
_SHORTEST = 2


def blank_assigned(text: str, instead: str) -> str:
    """Return text with the values replaced that stand beside a name that tells of a secret."""
    small = text.lower()
    if len(small) != len(text):  # a few letters grow
        small = "".join(one.lower() if one.isascii() else one for one in text)
    names = _names(text, small)
    if not names:
        return text
    parts: list[str] = []
    done = 0
    for start, end in names:
        if start < done:
            continue
        for first, last in _values(text, start, end):
            parts += [text[done:first], instead]
            done = last
    return "".join([*parts, text[done:]])


def _names(text: str, small: str) -> list[tuple[int, int]]:
    """Return where names that tell of a secret begin and end, in order."""
    found: dict[int, int] = {}
    for stem in _STEMS:
        at, end = small.find(stem), -1
        while at >= 0:
            if at >= end:
                start, end = _span(text, at, at + len(stem))
                known = text.endswith(_CHECKSUM, max(0, start - len(_CHECKSUM)), start)
                if not known and _telling(_name(text[start:end])):
                    found[start] = end
            at = small.find(stem, at + len(stem))
    return sorted(found.items())


def _span(text: str, at: int, end: int) -> tuple[int, int]:
    before, after = _BEFORE.search(text, max(0, at - _LONGEST), at), _AFTER.match(text, end)
    return before.start() if before else at, after.end() if after else end


def _telling(name: str) -> bool:
    return secret_name(name) or name in _LOGINS


def _name(spelled: str) -> str:
    return spelled.strip("-.")


def _values(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of what stands beside a name, without its quotation marks."""
    name = _name(text[start:end])
    line = text.rfind("\n", max(0, start - 200), start) + 1 or max(0, start - 200)
    leads = bool(_LEADING.match(text, line, start))
    if name in _LOGINS:
        found = _IS.match(text, end)
        spans = _plain(text, found.end()) if found else ()
        yield from (span for span in spans if is_login(text[slice(*span)]))
    elif found := _IS.match(text, end):
        quoted = found["quote"] is not None or found["sign"] != ":"
        yield from _assigned(text, start, found.end(), name, quoted=quoted, leads=leads)
    elif found := _PAIRED.match(text, end):
        yield from _plain(text, found.end())
    elif text[max(0, start - 1) : start] == "<" and (found := _ELEMENT.match(text, end)):
        closed = text.find("<", found.end())
        yield found.end(), closed if closed >= 0 else len(text)
    elif text[start] == "-" or "define(" in text[max(0, start - 12) : start]:
        between = _LISTED.match(text, end) or _SPACE.match(text, end)
        if between and not _PROSE.match(text, between.end()):
            yield from _plain(text, between.end())
    elif (found := _SPACE.match(text, end)) and not _PROSE.match(text, found.end()):
        yield from _spaced(text, found.end(), name, leads=leads)


def _assigned(
    text: str, start: int, at: int, name: str, *, quoted: bool, leads: bool
) -> Iterator[tuple[int, int]]:
    """Yield what follows a sign: a block, a list, the rest of a line, or one value."""
    if leads and (block := _BLOCK.match(text, at)):
        yield from _below(text, at, block.end(), items=False)
        return
    if leads and text[at : at + 1] == "\n":
        yield from _below(text, at, at + 1, items=True)
        return
    rest = _LINE.match(text, at) if leads else None
    whole = rest[0].rstrip(" \t\r,;") if rest else ""
    alone = leads and bool(whole) and not whole.startswith(('"', "'", "\\", "[", "{", "`", "&"))
    words = whole.split()
    settings = alone and text[at - 1 : at] in {" ", "\t"} and bool(_PASS.search(name))
    if settings and len(words) > 1 and not re.search(r"[=:,;&\[{]", whole):
        if not _PROSE.match(whole) and not harmless(words[0]):
            yield at, at + len(whole)
        return
    of_path = text[max(0, start - 1) : start] == "/"  # "/etc/passwd: not a directory"
    compound = bool(_COMPOUND.search(name) or _PASS.search(name)) and not of_path
    if not quoted and not compound and not (alone and len(words) == 1):
        value = _VALUE.match(text, at)
        marked = value is not None and leads and value["quote"]
        if value is None or not (marked or _DIGIT.search(value[0][:200])):
            return  # "token: unexpected status" is prose of a container runtime
    yield from _plain(text, at)


def _plain(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield the span of one value, unless it is none that anybody would hide."""
    if _REFERRED.match(text, at):
        return
    value = _VALUE.match(text, at)
    if value is None or value[0][:2] in _OPENED or value[0][:1] == "{" != value[0][1:2]:
        return  # an object or a list of them: what is in it has names of its own
    mark = len(value["triple"] or value["escaped"] or value["quote"] or "")
    first, last = value.start() + mark, value.end()
    closing = value["triple"] or value["escaped"] or value["quote"] or ""
    if closing and last - first >= mark and text.endswith(closing, first, last):
        last -= mark
    inner = text[first:last]
    if len(inner) > _SHORTEST and not harmless(inner) and not inner.startswith("[redacted]"):
        yield first, last


def _below(text: str, at: int, body: int, *, items: bool) -> Iterator[tuple[int, int]]:
    """Yield the lines of a YAML block, or of a list, below a key."""
    head = text[text.rfind("\n", 0, at) + 1 : at]
    indent = len(head) - len(head.lstrip(" -")) if not items else len(head) - len(head.lstrip())
    first, last = -1, body
    for line in re.compile(r"[^\n]*\n?").finditer(text, body):
        content = line[0].strip()
        depth = len(line[0]) - len(line[0].lstrip())
        if not line[0] or (content and depth < indent + (0 if items else 1)):
            break
        if items and not _ITEM.match(line[0].rstrip("\n")):
            break
        if content:
            first = line.start() + depth if first < 0 else first
            last = line.start() + len(line[0].rstrip())
    if first >= 0 and text[first:last] != "[redacted]":
        yield first, last


def _spaced(text: str, at: int, name: str, *, leads: bool) -> Iterator[tuple[int, int]]:
    """Yield the second of two words: of .netrc, Redis, fluentd, SQL, HAProxy."""
    value = _VALUE.match(text, at)
    if name in {"requirepass", "masterauth"}:
        yield from _plain(text, at)
        return
    if value is None:
        return
    ends = text[value.end() : value.end() + 1] in {"", "\n", "\r", ";"}
    strange = bool(_DIGIT.search(value[0])) and len(value[0]) > _SHORTEST * 2
    if (
        (_PASS.search(name) and (value["quote"] or strange))
        or (_COMPOUND.search(name) and value["quote"])
        or (leads and ends and (strange or len(value[0]) >= _LONG))
    ):
        yield from _plain(text, at)


def login_value(name: str, value: str) -> bool:
    """Return whether a value is what registries keep under `auth`: a login in base64."""
    return name in _LOGINS and is_login(value)
