"""Install what Cluster API consists of: `python -m clusterwright.deploy.sandbox.capi.install`.

Takes the provider's settings and a list of objects, and ends once every kind of them is served.
`kubectl apply` and `kubectl wait` go through a hundred definitions one by one, which is most of
the time that a sandbox takes to come up.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.capi.provider.settings import Settings
from clusterwright.tools.manifest import Manifest, condition, name_of, text

_AT_A_TIME = 4
_PATIENCE, _PAUSE = 60.0, 0.1
_DEFINITION = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")


def main(settings: str, objects: str) -> int:
    """Install; return the status to end with."""
    found = Settings.read(Path(settings))
    api = Api(found.server, found.authority, found.certificate, found.key)
    wanted: list[Manifest] = json.loads(Path(objects).read_text(encoding="utf-8"))["items"]
    with ThreadPoolExecutor(_AT_A_TIME) as several:
        made = sum(several.map(api.create, wanted))
    sys.stderr.write(f"{made} of {len(wanted)} objects made\n")
    left = waited_for(lambda: unserved(wanted, api.list(*_DEFINITION)))
    for name in left:
        sys.stderr.write(f"not served: {name}\n")
    return 1 if left else 0


def unserved(wanted: Iterable[Manifest], live: Iterable[Manifest]) -> list[str]:
    """Return the names of the definitions among `wanted` whose kinds are not served yet."""
    served = {name_of(one) for one in live if condition(one, "Established").get("status") == "True"}
    asked = [name_of(one) for one in wanted if text(one, "kind") == _DEFINITION[1]]
    return [name for name in asked if name not in served]


def waited_for(left: Callable[[], list[str]]) -> list[str]:
    """Return what is still left when nothing is, or when patience has run out."""
    deadline = time.monotonic() + _PATIENCE
    while (names := left()) and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    return names


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
