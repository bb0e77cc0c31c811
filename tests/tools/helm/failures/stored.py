"""The records of a release, read and rewritten as a cluster of long ago would have them."""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

from tests.tools.helm.failures.place import Place


def description(place: Place) -> str:
    """Return what the newest record says of its end; empty where there is none."""
    labels = f"owner=helm,name={place.release}"
    listed = place.api.secrets(place.namespace, labels)
    newest = max(listed, key=lambda one: int(one["metadata"]["labels"]["version"]), default=None)
    return "" if newest is None else str(_release(newest)["info"]["description"])


def rewrite(place: Place, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the stored release of revision 1."""
    found = place.find("Secret", _record(place))
    assert found is not None
    release = _release(found)
    change(release)
    store(place, base64.b64encode(gzip.compress(json.dumps(release).encode())))


def store(place: Place, packed: bytes) -> None:
    """Put something into the record of revision 1."""
    data = {"data": {"release": base64.b64encode(packed).decode()}}
    place.api.merge(place.namespace, "Secret", _record(place), data)


def _record(place: Place) -> str:
    return f"sh.helm.release.v1.{place.release}.v1"


def _release(secret: dict[str, Any]) -> dict[str, Any]:
    packed = base64.b64decode(base64.b64decode(secret["data"]["release"]))
    return json.loads(gzip.decompress(packed))  # type: ignore[no-any-return]
