"""Secrets taken out of what a cluster holds, by the kind of an object and by the shape of a value.

By kind, because a password in a Secret looks like any other word; by shape, because a token in a
log line belongs to no field. What is taken out, and what cannot be: docs/guides/secrets.md.
"""

import re
from typing import cast

from clusterwright.tools.assigned import blank_assigned, login_value
from clusterwright.tools.carried import blank_carried
from clusterwright.tools.encoded import blank_encoded
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.neutral import neutral
from clusterwright.tools.telling import harmless, secret_name, structural
from clusterwright.tools.token_shapes import PEM_LINES, PEM_WIDTHS, REDACTED, SHAPES, WRAPPED

__all__ = ["LAST_APPLIED", "REDACTED", "redact", "redact_json", "redact_text", "secret_name"]
TOO_DEEP = "[nested too deep to show]"
_DEEPEST = 60
"""Levels of an object that are shown; the API server takes over a thousand."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_LOGIN_FLAGS = ("-u", "--user")
_LOGIN = re.compile(r"[^\s:]+:(?!\d+\Z)\S+")
"""A name and a password; `1000:1000` is a user and a group."""
_SMALLEST = 1_000
"""Numbers below it are counts and sizes, those above may be what somebody types to log in."""
_SHORTEST_ENCODED = 24
_PAIRS = (("name", "value"), ("key", "value"), ("name", "defaultValue"), ("path", "content"))
"""Members of which one names what the other holds: variables, headers, parameters, files."""

_COMPILED = tuple((one.words, re.compile(one.pattern, re.DOTALL), one.instead) for one in SHAPES)


def redact_text(text: str) -> str:
    """Return text without tokens, keys and passwords that their shape or their name gives away.

    What nobody can see goes first: it would keep a secret from being known, and then leave it.
    """
    if not (text.isascii() and text.replace("\n", "").isprintable()):
        text = neutral(text, None)
    lengths = set(map(len, text.split()))
    if lengths and max(lengths) >= _SHORTEST_ENCODED:
        text = blank_encoded(text, _plain, REDACTED)
        if "\\n" in text or not PEM_WIDTHS.isdisjoint(lengths):
            text = PEM_LINES.sub(_line_of_a_key, text)
    return _plain(text)


def _plain(text: str) -> str:
    small = text.lower()
    for words, shape, instead in _COMPILED:
        for word in words:
            if word in small:
                text = shape.sub(instead, text)
                break
    text = blank_assigned(text, REDACTED)
    while "\n" in text and REDACTED in text:
        text, wrapped = WRAPPED.subn(rf"\1{REDACTED}", text)
        if not wrapped:
            break
    return text


def _line_of_a_key(found: re.Match[str]) -> str:
    """Return a certificate as it is, and digits or words of one case: keys have both."""
    line = found[0]
    mixed = not (line.islower() or line.isupper() or line.isalpha())
    return REDACTED if mixed and not line.startswith("-----") else line


def redact_json(value: Json) -> Json:
    """Return a JSON value with every string redacted by its shape, keys included."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, dict):
        members = cast("dict[str, Json]", value)
        return {redact_text(key): redact_json(one) for key, one in members.items()}
    if isinstance(value, list):
        return [redact_json(one) for one in _list(value)]
    return value


def redact(manifest: Manifest) -> Manifest:
    """Return an object without the secrets that its kind and the shape of its values give away.

    The data of a Secret, the copy of the object in the last-applied annotation, literal values of
    variables with a telling name, and values under a telling key of any object are replaced;
    names and keys stay, because a diagnosis needs them.
    """
    shown = cast("Manifest", _redacted(manifest))
    if manifest.get("kind") == "Config" and "users" in manifest:
        shown["users"] = [_user(one) for one in _list(manifest["users"])]
    if manifest.get("kind") == "ConfigMap" and "binaryData" in manifest:
        shown["binaryData"] = _blanked(manifest["binaryData"])
    return shown


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
    shown = {_key(key): _member(key, one, depth) for key, one in members.items()}
    for naming, held in _PAIRS:
        name = members.get(naming)
        if held in shown and isinstance(name, str) and _telling(name.rpartition("/")[2]):
            shown[held] = _hidden(members[held], depth + 1)
    return shown


def _telling(name: str) -> bool:
    return secret_name(name) or name.lower() in {"cookie", "set-cookie"}


def _shown(text: str) -> str:
    return redact_text(blank_carried(text, REDACTED))


def _key(key: str) -> str:
    return key if len(key) < _SHORTEST_ENCODED and key.isidentifier() else redact_text(key)


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
    if isinstance(value, str) and login_value(key, value):
        return REDACTED
    if key == "properties" and isinstance(value, dict):  # a schema names fields, and holds none
        schemas = cast("dict[str, Json]", value)
        return {
            one: _redacted(schema, depth + 2)
            if isinstance(schema, dict)
            else _member(one, schema, depth + 1)
            for one, schema in schemas.items()
        }
    return _hidden(value, depth + 1) if secret_name(key) else _redacted(value, depth + 1)


def _hidden(value: Json, depth: int) -> Json:
    """Return what stands under a telling name: values replaced, references kept."""
    if depth >= _DEEPEST and isinstance(value, dict | list):
        return TOO_DEEP
    if isinstance(value, str):
        return value if harmless(value) else REDACTED
    if isinstance(value, list):
        return [_hidden(one, depth + 1) for one in _list(value)]
    if isinstance(value, dict):
        members = cast("dict[str, Json]", value)
        return {
            _key(key): _member(key, one, depth)
            if structural(key) and not secret_name(key)
            else _hidden(one, depth + 1)
            for key, one in members.items()
        }
    small = isinstance(value, bool) or value is None or abs(value) < _SMALLEST
    return value if small else REDACTED


def _arguments(values: list[Json]) -> list[Json]:
    """Redact the argument after a flag such as `--password`, which carries no `=`."""
    shown = list(values)
    for i, one in enumerate(values[:-1]):
        flag = isinstance(one, str) and one.startswith("-") and "=" not in one
        value = values[i + 1]
        if not flag or not isinstance(value, str):
            continue
        if secret_name(one.lstrip("-")) or (one in _LOGIN_FLAGS and _LOGIN.fullmatch(value)):
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
