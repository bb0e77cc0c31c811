"""No object, however odd, makes an analyzer fail: one would hide the faults of all others."""

import json
from collections.abc import Iterator
from typing import Any, cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusterwright.tools.analyze import group
from clusterwright.tools.analyzer import Fulfilled, LogRequest, ReadRequest
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.snapshot import Snapshot
from tests.tools.kubernetes.analyzers.recorded import (
    CONTROLLERS,
    PODS,
    recorded_now,
    recorded_objects,
)

REMOVED = "take it away"
ANYTHING: tuple[Json, ...] = (
    REMOVED,
    None,
    "",
    "\x1b[31m\u202e\n" * 3,
    "x" * 70_000,
    "9" * 400,
    "1e99",
    "2026-11-23T14:12:39",
    "not a time",
    0,
    -1,
    10**30,
    1.5,
    True,
    [],
    [None, 1, "a", [], {}],
    {},
    {"": None},
    {"name": 1, "state": "Running"},
)
ODD: st.SearchStrategy[Json] = st.sampled_from(ANYTHING)
CHANGES = st.lists(st.tuples(st.integers(0, 10**6), ODD), min_size=1, max_size=60)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def slots(value: Json) -> Iterator[tuple[dict[str, Any] | list[Any], str | int]]:
    """Every place in a JSON value where another value could stand."""
    if isinstance(value, dict):
        for key, inner in cast("dict[str, Any]", value).items():
            yield value, key
            yield from slots(inner)
    elif isinstance(value, list):
        for position, inner in enumerate(cast("list[Any]", value)):
            yield value, position
            yield from slots(inner)


def spoil(objects: dict[str, list[Manifest]], changes: list[tuple[int, Any]]) -> None:
    """Put odd values in some places of some objects."""
    inside = [one for group_ in objects.values() for one in group_]
    places = [slot for one in inside for slot in slots(one)]
    for position, odd in changes:
        holder, key = places[position % len(places)]
        if isinstance(holder, list):
            holder[cast("int", key)] = odd
        elif odd is REMOVED:
            holder.pop(cast("str", key), None)
        else:
            holder[cast("str", key)] = odd


def run(objects: dict[str, list[Manifest]], answer: Json) -> None:
    """Run both steps; `answer` is what each read and log returns."""
    seen = Snapshot("odd", recorded_now(), objects)
    for analyzer in ANALYZERS:
        for one in group(analyzer.detect(seen)):
            analyzer.refine(one, Fulfilled())
            reads = [r for r in one.requests if isinstance(r, ReadRequest)]
            logs = [r for r in one.requests if isinstance(r, LogRequest)]
            found = cast("Manifest", answer) if isinstance(answer, dict) else None
            fulfilled = Fulfilled(
                logs=dict.fromkeys(logs, (json.dumps(answer), "", "\x00" * 9)),
                objects=dict.fromkeys(reads, found),
            )
            finding = analyzer.refine(one, fulfilled)
            if finding is not None:
                assert len(finding.title) <= 200
                assert finding.model_dump_json()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANGES, JSON)
def test_real_objects_with_anything_anywhere_are_survived(
    changes: list[tuple[int, Any]], answer: Json
) -> None:
    for name in (PODS, CONTROLLERS):
        objects = recorded_objects(name)
        spoil(objects, changes)
        run(objects, answer)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(sorted({kind for one in ANALYZERS for kind in one.needs})),
        st.lists(
            st.dictionaries(st.sampled_from(["metadata", "spec", "status"]), JSON), max_size=3
        ),
    ),
    JSON,
)
def test_objects_of_any_shape_are_survived(
    objects: dict[str, list[Manifest]], answer: Json
) -> None:
    for kind, listed in objects.items():
        for one in listed:
            one |= {"kind": kind, "apiVersion": "v1"}
    run(objects, answer)
