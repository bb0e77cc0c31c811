"""Names that tell of a secret, and the values under them that are none all the same."""

import re
from functools import lru_cache

_SECRET = re.compile(
    r"(?:^|[_.\-/:]|(?<=[a-z0-9])(?=[A-Z])|(?i:(?=passw(?:or)?d)))"
    r"(?i:pass(?:w(?:or)?d|phrase|code)?s?|pwd|secrets?|(?:store|key|pg|require)pass|masterauth"
    r"|(?:auth|access|api|refresh|bearer|id)[_.-]?tokens?|token|tokens"
    r"|(?:api|access|private|secret|encryption|signing|master|account|session|(?:pre)?shared|jwt"
    r"|tls|ssh|hmac|webhook|routing|service|integration|license|certificate|storage|deploy)"
    r"[_.-]?keys?"
    r"|credentials?|authorization|dsn|psk|connection[_.-]?string|htpasswd|dockerconfigjson"
    r"|kubeconfig|netrc|id_(?:rsa|dsa|ecdsa|ed25519))"
    r"(?:$|[_.\-0-9]|(?<=[a-z])(?=[A-Z]))"
    # Of variables only: `auth: basic` and `cookie: lax` are settings.
    r"|(?:^|_)(?:AUTH|PAT|COOKIE)$"
)
_COUNTED = re.compile(
    r"(?i:(?:max|min|num|total|prompt|completion|used|count|of)[\w.-]{0,40}tokens)"
)
_REFERENCE = re.compile(
    r"(?:name|namespace|ref|mount|path|file|dir|expir\w*|ttl|type|policy|algorithm|encoding|format"
    r"|size|length|count|seconds|interval|timeout|enabled|required|version|audience|issuer|url|uri"
    r"|endpoint|arn|class|provider|engine|store|selector|mode|hash|checksum|existing[_.-]?secret|label|annotation|(?:credential|key|token)[_.-]?id)s?$",
    re.IGNORECASE,
)
_CHECKSUM = re.compile(r"(?:^|[/_.-])(?:checksum|hash|sha\d+|digest)[/_.-]", re.IGNORECASE)
_STRUCTURE = re.compile(
    r"(?:.*(?:name|namespace|ref|path|file|mode|key|kind|group|role|source|scope|user|host|port"
    r"|region|method|operator|field|property|title|description)|items|apiVersion|optional)s?\Z",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"(?i:true|false|null|none|nil|yes|no|on|off|enabled|disabled|required|optional|unset|missing"
    r"|invalid|basic|bearer|\d{1,3}|\d{1,9}(?:\.\d{1,9})?(?:ns|µs|us|ms|s|m|h))"
    r"|\*+|<(?:set|unset|none|redacted|masked|hidden|nil|unknown)\b[^<>]{0,200}>"
    r"|\$\([\w.-]{1,80}\)|\$\{[\w.]{1,80}\}|\$[A-Z][A-Z0-9_]{2,80}|\{\{[^{}]{0,200}\}\}"
    r"|(?:~|\.{1,2}|\$\w{1,40}|\$\{\w{1,40}\})(?:/[\w.-]{1,80}){1,20}"
    r"|/?(?:[a-z0-9._-]{1,80}/){1,20}[a-z0-9._-]{1,80}|\[redacted\]|"
)
_DEEP = 2
"""Slashes that make a path of a value; a password may well hold one."""
_LONGEST_REFERENCE = 64
"""Characters at the end of a name that are looked at: what searches them is not linear."""


@lru_cache(maxsize=4_096)
def _secret_name(name: str) -> bool:
    if not _SECRET.search(name) or _REFERENCE.search(name[-_LONGEST_REFERENCE:]):
        return False
    return not _CHECKSUM.search(name) and not _COUNTED.search(name)


def secret_name(name: str) -> bool:
    """Return whether a variable, key, flag or header of this name is likely to hold a secret."""
    return _secret_name(name) if len(name) <= _LONGEST_REFERENCE else _secret_name.__wrapped__(name)


def structural(name: str) -> bool:
    """Return whether a member below a telling key says where a secret is, not what it is."""
    return bool(_STRUCTURE.match(name) or _REFERENCE.search(name[-_LONGEST_REFERENCE:]))


def harmless(value: str) -> bool:
    """Return whether a value under a telling name is a switch, a variable, or a path."""
    found = value.strip("\"' \t")
    if not _HARMLESS.fullmatch(found):
        return False
    return found[:1] in "/~.$" or found.count("/") in {0, *range(_DEEP, _DEEP * 20)}
