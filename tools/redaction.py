"""Secrets taken out of what a cluster holds, by the kind of an object and by the shape of a value.

By kind, because a password in a Secret looks like any other word; by shape, because a token in a
log line belongs to no field.
"""

import re
from typing import NamedTuple, cast

from clusterwright.tools.carried import blank_carried
from clusterwright.tools.manifest import Json, Manifest

REDACTED = "[redacted]"
TOO_DEEP = "[nested too deep to show]"
_DEEPEST = 60
"""Levels of an object that are shown; the API server takes over a thousand."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

_SECRET_NAME = re.compile(
    r"(?:^|[_.\-/]|(?<=[a-z0-9])(?=[A-Z])|(?i:(?=passw(?:or)?d)))"
    r"(?i:pass(?:w(?:or)?d|phrase|code)?|pwd|secrets?|(?:auth|access|api|refresh|bearer|id)[_.-]?"
    r"tokens?|token|(?:api|access|private|secret|encryption|signing|master|account|session|shared|jwt"
    r"|tls|ssh|hmac|webhook)[_.-]?keys?"
    r"|credentials?|authorization|dsn|connection[_.-]?string|htpasswd|dockerconfigjson|kubeconfig)"
    r"(?:$|[_.\-0-9]|(?<=[a-z])(?=[A-Z]))"
    # Of variables only: `auth: basic` and `cookie: lax` are settings.
    r"|(?:^|_)(?:AUTH|PAT|COOKIE)$"
)
_REFERENCE = re.compile(r"(?:name|namespace|ref|mount|path|file|dir|expir\w*|ttl|type)s?$", re.I)

_LONGEST_REFERENCE = 64
"""Characters at the end of a name that are looked at: what searches them is not linear."""

_TELLING = (
    r"passw(?:or)?d|passphrase|(?<![a-z])(?:pass|pwd)|requirepass|masterauth"
    r"|(?:api|access|private|account|session|signing)[_-]?key|shared[_-]?access[_-]?signature"
)
_QUOTED = r"\"[^\"\n]*\"|'[^'\n]*'|\\{1,7}\"[^\"\n]*\""
# A sign that parts settings ends a value only where another setting begins.
_VALUE = rf"(?!\[redacted\])(?:{_QUOTED}|(?:[^\s,;&\"'}}\]]|[,;&](?![\w .-]{{0,40}}[=:]|\s)){{3,}})"
_IS = r"\\{0,7}[\"']?\s{0,8}[=:]\s{0,8}"
_NO_PROSE = r"(?!-|(?i:is|was|not|must|has|or|and|to|in|for|flag|option)\b)"
_SCHEMES = "basic|bearer|digest|negotiate|ntlm|token|apikey|hawk|aws4-hmac-sha256"
_ISSUED = "|".join(
    (  # tokens whose issuers gave them a beginning of their own
        r"(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        r"gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}",
        r"xox[abeprs]-[\w-]{10,}|hf_\w{30,}|nvapi-[\w-]{20,}|AIza[\w-]{35}",
        r"sk-[\w-]{20,}|(?:sk|rk)_(?:live|test)_\w{10,}|whsec_[\w+/=]{20,}",
        r"npm_\w{30,}|pypi-[\w-]{50,}|do[opr]_v1_\w{40,}|SG\.[\w-]{16,}\.[\w-]{16,}",
        r"hv[sbr]\.[\w-]{20,}|ya29\.[\w-]{20,}|AGE-SECRET-KEY-1\w{20,}|shpat_\w{20,}",
        r"kubeconfig-\w[\w-]{0,60}:\w{40,}|token-\w{5}:\w{40,}",
    )
)


class _Shape(NamedTuple):
    """What a secret looks like. Found in time linear in the text, whatever the text.

    None begins with a repetition that could start anew at every character, for a log of an
    attacker's choosing would stop us.
    """

    words: tuple[str, ...]
    """Small letters of which one is in every such text: most texts need no further look."""
    pattern: str
    instead: str = REDACTED


_KEPT = rf"\1{REDACTED}"
_PASSWORDS = ("pass", "pwd", "key", "auth", "signature")
_SHAPES = (
    # Whole, or, where its end was cut off, as far as it looks like one.
    _Shape(
        ("private key",),
        r"-----BEGIN ([A-Z ]{0,40}PRIVATE KEY)( BLOCK)?-----"
        r"(?:(?:(?!-----).){0,20000}-----END \1( BLOCK)?-----|(?:[\w+/=\s]|\\[nr])*)",
    ),
    _Shape(  # its beginning was cut off
        ("private key",),
        r"(?:(?<![\w+/=])[\w+/]{40,}={0,2}(?:\s|\\[nr]){1,4}){1,400}[\w+/=]{0,80}\s{0,4}"
        r"-----END [A-Z ]{0,40}PRIVATE KEY( BLOCK)?-----",
    ),
    _Shape(("ls0tls",), r"LS0tLS1CRUdJTi[\w+/]+=*"),  # the same in base64, as in a kubeconfig
    _Shape(("eyj",), r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*){0,3}"),  # JWT, JWE
    _Shape(("",), rf"\b(?:{_ISSUED})"),
    _Shape(("hooks.slack",), r"(hooks\.slack\.com/(?:services|workflows)/)[\w/]+", _KEPT),
    _Shape(
        ("authorization",),
        rf"(?i)(authorization{_IS}[\"']?(?:{_SCHEMES})\s{{1,8}})[^\s,;\"'\[]+",
        _KEPT,
    ),
    _Shape(  # in prose ("basic authentication") a word of letters only follows
        ("bearer", "basic"),
        r"(?i)\b((?:bearer|basic)\s+)(?=\S{0,200}[\d=+/_.])[\w.~+/:-]{8,}=*",
        _KEPT,
    ),
    _Shape(("://",), r"(://[^\s/:@]{0,200}:)[^\s/]{1,500}(?=@)", _KEPT),
    _Shape(("sig=",), r"([?&]sig=)[\w%+/-]{16,}=*", _KEPT),
    _Shape(  # a block of YAML
        ("|\n", "|-\n", "|+\n", ">\n", ">-\n", ">+\n"),
        rf"(?i)((?:{_TELLING}|token|secret)[\"']?:[ ]{{0,8}}[|>][+-]?\n)"
        r"(?:[ \t]+[^\n]*\n?){1,40}",
        rf"\1  {REDACTED}\n",
    ),
    _Shape(_PASSWORDS, rf"(?i)((?:{_TELLING}){_IS}){_VALUE}", _KEPT),
    _Shape(  # in a command line
        ("-",),
        rf"(?i)(--?(?:[a-z0-9]{{1,20}}-){{0,3}}(?:{_TELLING}|token|secret)\s{{1,8}}){_NO_PROSE}"
        rf"{_VALUE}",
        _KEPT,
    ),
    _Shape(
        ("curl", "mysql"),
        r"(\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]|\bmysql\w{0,20}\b[^\n]{0,200}?\s-p)"
        rf"{_NO_PROSE}{_VALUE}",
        _KEPT,
    ),
    _Shape(  # in the configuration of Redis, in .netrc, in SQL
        ("requirepass", "masterauth", "login", "identified"),
        r"(?i)(\b(?:requirepass|masterauth)\s{1,8}|\bidentified by\s{1,8}"
        rf"|\blogin\s{{1,8}}\S{{1,100}}\s{{1,8}}password\s{{1,8}}){_NO_PROSE}{_VALUE}",
        _KEPT,
    ),
    _Shape(
        ("token", "secret", "authorization"),
        rf"(?i)((?:token|secret|authorization)(?:=|\\{{0,7}}[\"']\s{{0,8}}:\s{{0,8}})){_VALUE}",
        _KEPT,
    ),
    _Shape(  # "token: unexpected status" is prose of a container runtime; "token: s3cr3t" is not
        ("token", "secret", "authorization"),
        rf"(?i)((?:token|secret|authorization):\s{{0,8}})(?=\S{{0,200}}\d){_VALUE}",
        _KEPT,
    ),
)
_COMPILED = tuple((one.words, re.compile(one.pattern, re.DOTALL), one.instead) for one in _SHAPES)


def redact_text(text: str) -> str:
    """Return text without tokens, keys and passwords that their shape gives away."""
    small = text.lower()
    for words, shape, instead in _COMPILED:
        if any(word in small for word in words):
            text = shape.sub(instead, text)
    return text


def redact_json(value: Json) -> Json:
    """Return a JSON value with every string redacted by its shape."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, dict):
        return {key: redact_json(one) for key, one in cast("dict[str, Json]", value).items()}
    if isinstance(value, list):
        return [redact_json(one) for one in _list(value)]
    return value


def redact(manifest: Manifest) -> Manifest:
    """Return an object without the secrets that its kind and the shape of its values give away.

    The data of a Secret, the copy of the object in the last-applied annotation, literal values of
    variables with a telling name, and values under a telling key of a ConfigMap are replaced;
    names and keys stay, because a diagnosis needs them.
    """
    shown = cast("Manifest", _redacted(manifest))
    if manifest.get("kind") == "Config" and "users" in manifest:
        shown["users"] = [_user(one) for one in _list(manifest["users"])]
    return shown


def secret_name(name: str) -> bool:
    """Return whether a variable or key of this name is likely to hold a secret."""
    return bool(_SECRET_NAME.search(name)) and not _REFERENCE.search(name[-_LONGEST_REFERENCE:])


def _redacted(value: Json, depth: int = 0) -> Json:
    """Redact below one field of an object: variables by their name, other strings by their key."""
    if depth == _DEEPEST and isinstance(value, dict | list):
        return TOO_DEEP
    if isinstance(value, list):
        return _arguments([_redacted(one, depth + 1) for one in _list(value)])
    if not isinstance(value, dict):
        return _shown(value) if isinstance(value, str) else value
    members = cast("dict[str, Json]", value)
    if members.get("kind") == "Secret":  # also one that another object carries, or will create
        return {key: _member_of_secret(key, one, depth) for key, one in members.items()}
    shown = {key: _member(key, one, depth) for key, one in members.items()}
    name, literal = members.get("name"), members.get("value")
    if isinstance(name, str) and isinstance(literal, str) and literal and secret_name(name):
        shown["value"] = REDACTED
    return shown


def _shown(text: str) -> str:
    return redact_text(blank_carried(text, REDACTED))


def _member_of_secret(key: str, value: Json, depth: int) -> Json:
    if key in {"data", "stringData"}:
        return _blanked(value)
    if key == "metadata" and isinstance(value, dict):  # tools keep copies in annotations
        members = cast("dict[str, Json]", value)
        copies = (
            {"annotations": _blanked(members["annotations"])} if "annotations" in members else {}
        )
        return {**cast("Manifest", _redacted(members, depth)), **copies}
    return _redacted(value, depth + 1)


def _member(key: str, value: Json, depth: int) -> Json:
    if key == LAST_APPLIED:
        return REDACTED
    if isinstance(value, str) and value and secret_name(key):
        return REDACTED
    return _redacted(value, depth + 1)


def _arguments(values: list[Json]) -> list[Json]:
    """Redact the argument after a flag such as `--password`, which carries no `=`."""
    shown = list(values)
    for i, one in enumerate(values[:-1]):
        flag = isinstance(one, str) and one.startswith("-") and "=" not in one
        if flag and secret_name(one.lstrip("-")) and isinstance(values[i + 1], str):
            shown[i + 1] = REDACTED
    return shown


def _user(entry: Json) -> Json:
    if not isinstance(entry, dict):
        return REDACTED
    return {k: v if k == "name" else REDACTED for k, v in cast("dict[str, Json]", entry).items()}


def _blanked(value: Json) -> Json:
    if not isinstance(value, dict):
        return REDACTED
    return dict.fromkeys(cast("dict[str, Json]", value), REDACTED)


def _list(value: Json) -> list[Json]:
    return cast("list[Json]", value) if isinstance(value, list) else []
