"""The result of a query out of its JSON, where odd shapes cost a sample and never the answer."""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TypeAlias, cast

import orjson

from clusterwright.tools.manifest import Json, Manifest, dig, items, mapping, strings, text, texts
from clusterwright.tools.prometheus.result import Histogram, Labels, Result, Series

_ODD = (TypeError, ValueError, LookupError, AttributeError, OverflowError)
_TYPES = {"vector": "vector", "matrix": "matrix", "scalar": "scalar", "string": "string"}
_SAMPLE = 2
_Floats: TypeAlias = tuple[float, ...]


def loads(body: bytes) -> Json:
    """Return JSON; raises orjson.JSONDecodeError.

    The garbage collector rests meanwhile: it would walk over what has no cycles again and again.
    """
    with _no_collection():
        return orjson.loads(body)


def decode(answer: Manifest) -> Result:
    """Return the result of an answer of query or query_range."""
    with _no_collection():
        return _decode(answer)


def _decode(answer: Manifest) -> Result:
    data = mapping(answer, "data")
    found: Json = data.get("result")
    kind = text(data, "resultType")
    warnings, infos = tuple(texts(answer, "warnings")), tuple(texts(answer, "infos"))
    touched = dig(data, "stats", "samples", "totalQueryableSamples")
    samples = touched if isinstance(touched, int) and not isinstance(touched, bool) else None
    odd = 0
    series: list[Series] = []
    string = ""
    match kind:
        case "matrix" | "vector":
            listed = _listed(found)
            for one in items(data, "result"):
                made, left = (_matrix if kind == "matrix" else _vector)(one)
                odd += left
                series.append(made)
            odd += len(listed) - len(series)
        case "scalar":
            times, values, odd = _samples([found])
            series = [Series({}, times, values)]
        case "string":
            string = _string(found)
        case _:
            odd = 1
    if odd:
        warnings = (*warnings, f"{odd} parts of the answer have an odd shape and are left out")
    kept = _TYPES.get(kind, "vector")
    return Result(cast("Any", kept), tuple(series), string, warnings, infos, samples)


def _matrix(one: Manifest) -> tuple[Series, int]:
    times, values, odd = _samples(one.get("values"))
    histograms, more = _histograms(one.get("histograms"))
    return Series(_labels(one), times, values, histograms), odd + more


def _vector(one: Manifest) -> tuple[Series, int]:
    single, histogram = one.get("value"), one.get("histogram")
    times, values, odd = _samples([single] if single is not None else None)
    found, more = _histograms([histogram] if histogram is not None else None)
    return Series(_labels(one), times, values, found), odd + more


def _labels(one: Manifest) -> Labels:
    return strings(one, "metric")


def _samples(pairs: Json) -> tuple[_Floats, _Floats, int]:
    """Return times, values and how many were odd; `float` reads NaN, +Inf and -Inf."""
    if not pairs:
        return (), (), 0
    try:
        times = tuple([float(one[0]) for one in pairs])
        return times, tuple([float(one[1]) for one in pairs]), 0
    except _ODD:
        return _samples_one_by_one(pairs)


def _samples_one_by_one(pairs: Json) -> tuple[_Floats, _Floats, int]:
    times: list[float] = []
    values: list[float] = []
    listed = _listed(pairs)
    for one in listed:
        try:
            at, value = float(one[0]), float(one[1])
        except _ODD:
            continue
        times.append(at)
        values.append(value)
    return tuple(times), tuple(values), len(listed) - len(times)


def _histograms(pairs: Json) -> tuple[tuple[tuple[float, Histogram], ...], int]:
    if not pairs:
        return (), 0
    listed = _listed(pairs)
    found: list[tuple[float, Histogram]] = []
    for one in listed:
        try:
            found.append((float(one[0]), _histogram(one[1])))
        except _ODD:
            continue
    return tuple(found), len(listed) - len(found)


def _histogram(one: Json) -> Histogram:
    buckets = tuple(
        (int(b[0]), float(b[1]), float(b[2]), float(b[3])) for b in one.get("buckets") or ()
    )
    return Histogram(float(one["count"]), float(one["sum"]), buckets)


def _listed(value: Json) -> list[Json]:
    """Return a list; what is none counts as one odd thing."""
    odd: list[Json] = [None]
    return cast("list[Json]", value) if isinstance(value, list) else odd


def _string(pair: Json) -> str:
    if isinstance(pair, list):
        parts = cast("list[Json]", pair)
        if len(parts) == _SAMPLE and isinstance(parts[1], str):
            return parts[1]
    return ""


@contextmanager
def _no_collection() -> Generator[None]:
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
