"""Keyed digests over JSON: who lacks the key can neither make one nor change what it covers."""

import hashlib
import hmac

import orjson

from clusterwright.tools.manifest import Json


def canonical(value: Json) -> bytes:
    """Return JSON in one spelling only: keys sorted, no spaces."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def seal(key: bytes, purpose: str, value: Json) -> str:
    """Return the HMAC-SHA256 of a value for one purpose, in hexadecimal."""
    return hmac.new(key, purpose.encode() + b"\0" + canonical(value), hashlib.sha256).hexdigest()


def sealed_by(key: bytes, purpose: str, value: Json, mac: str) -> bool:
    """Return whether `mac`, which may be any text, is the seal of a value."""
    return hmac.compare_digest(seal(key, purpose, value).encode(), mac.encode())
