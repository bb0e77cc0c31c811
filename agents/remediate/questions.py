"""The values in a remedy that only a person can know."""

import re
from typing import cast

from clusterwright.tools.finding import ASKED, Remedy
from clusterwright.tools.manifest import Json, Manifest

_ASKED = re.compile(rf"{ASKED}(.*?)>\Z", re.DOTALL)


def question_of(value: Json) -> str | None:
    """Return what has to be told in the place of a value; None for a value that is known."""
    asked = _ASKED.match(value) if isinstance(value, str) else None
    return asked[1] if asked else None


def questions_in(remedy: Remedy) -> list[str]:
    """Return what has to be told before a remedy can be planned."""
    found: dict[str, None] = {}

    def walk(value: Json) -> None:
        if isinstance(value, str):
            if (asked := question_of(value)) is not None:
                found[asked] = None
        elif isinstance(value, dict):
            for key, one in cast("Manifest", value).items():
                walk(key)
                walk(one)
        elif isinstance(value, list):
            for one in cast("list[Json]", value):
                walk(one)

    walk(list(remedy.changes))
    return list(found)
