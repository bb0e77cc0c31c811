"""The configuration of an Alertmanager without what is secret in it.

It hides most of that itself, as `<secret>`. Addresses stay in some releases, and those of chats and
hooks are the key: who knows the path may post.
"""

import re
from typing import cast
from urllib.parse import urlsplit

import yaml

from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.redaction import REDACTED, redact, redact_text

_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


def redacted_config(written: str) -> str:
    """Return YAML without secrets; of text that is none, nothing but what its shape allows."""
    try:
        content: Json = yaml.safe_load(written)
    except (yaml.YAMLError, ValueError, RecursionError):
        return redact_text(_without_paths(written))
    if not isinstance(content, dict):
        return redact_text(written)
    shown = _walked(redact(cast("Manifest", content)))
    return yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=10_000)


def _walked(value: Json) -> Json:
    if isinstance(value, str):
        return _without_paths(value)
    if isinstance(value, dict):
        return {key: _walked(one) for key, one in cast("Manifest", value).items()}
    if isinstance(value, list):
        return [_walked(one) for one in cast("list[Json]", value)]
    return value


def _without_paths(text: str) -> str:
    return _URL.sub(_place, text)


def _place(found: re.Match[str]) -> str:
    """Return scheme and host of an address, which tell who is notified, and not how."""
    try:
        split = urlsplit(found[0])
        host = split.netloc.rpartition("@")[2]
    except ValueError:
        return REDACTED
    more = len(split.path) > 1 or split.query or "@" in split.netloc
    return f"{split.scheme}://{host}/{REDACTED}" if more else found[0]
