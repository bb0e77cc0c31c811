"""The values in a remedy that only a person can know."""

import re
from typing import cast

from clusterwright.tools.finding import ASKED, Remedy
from clusterwright.tools.manifest import Json, Manifest

_ASKED = re.compile(rf"{ASKED}(.*?)>\Z", re.DOTALL)


def questions_in(remedy: Remedy) -> list[str]:
    """Return what has to be told before a remedy can be planned."""
    found: dict[str, None] = {}

    def walk(value: Json) -> None:
        if isinstance(value, str):
            if asked := _ASKED.match(value):
                found[asked[1]] = None
        elif isinstance(value, dict):
            for key, one in cast("Manifest", value).items():
                walk(key)
                walk(one)
        elif isinstance(value, list):
            for one in cast("list[Json]", value):
                walk(one)

    walk(list(remedy.changes))
    return list(found)
