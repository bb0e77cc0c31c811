"""Results out of JSON that no server promised to send."""

import math

import orjson
from hypothesis import given
from hypothesis import strategies as st

from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.prometheus.client.decode import decode, loads
from clusterwright.tools.prometheus.result import Histogram, Result, Series


def answer(kind: str, result: Json, **more: Json) -> Manifest:
    return {"status": "success", "data": {"resultType": kind, "result": result}, **more}


def test_samples_are_read_whatever_they_are() -> None:
    written = [[1, "1.5"], [2, "NaN"], [3, "+Inf"], [4.5, "-Inf"], [5, "1e+300"], [6, "0x1p-2"]]
    found = decode(answer("matrix", [{"metric": {"a": "b"}, "values": written}]))
    (one,) = found.series
    assert one.labels == {"a": "b"}
    assert one.times == (1.0, 2.0, 3.0, 4.5, 5.0)
    assert math.isnan(one.values[1])
    assert one.values[2:] == (math.inf, -math.inf, 1e300)
    assert found.warnings == ("1 parts of the answer have an odd shape and are left out",)


def test_native_histograms_are_read_in_both_kinds_of_results() -> None:
    told = {"count": "3", "sum": "4.5", "buckets": [[0, "1", "2", "1"], [3, "-0.1", "0.1", "2"]]}
    one = Histogram(3.0, 4.5, ((0, 1.0, 2.0, 1.0), (3, -0.1, 0.1, 2.0)))
    instant = decode(answer("vector", [{"metric": {}, "histogram": [7, told]}]))
    assert instant.series == (Series({}, histograms=((7.0, one),)),)
    mixed: Manifest = {"metric": {}, "values": [[6, "1"]], "histograms": [[7, told], [8, told]]}
    ranged = decode(answer("matrix", [mixed]))
    assert ranged.series == (Series({}, (6.0,), (1.0,), ((7.0, one), (8.0, one))),)
    assert ranged.warnings == ()


def test_a_histogram_without_buckets_is_one() -> None:
    told = {"count": "0", "sum": "0"}
    found = decode(answer("vector", [{"metric": {}, "histogram": [7, told]}]))
    assert found.series[0].histograms == ((7.0, Histogram(0.0, 0.0)),)


def test_what_a_server_says_beside_the_result_is_kept() -> None:
    body = answer("vector", [], warnings=["w", None], infos=["i"])
    body["data"]["stats"] = {"samples": {"totalQueryableSamples": 12, "peakSamples": 3}}
    assert decode(body) == Result("vector", (), "", ("w",), ("i",), 12)


def test_a_result_of_no_known_kind_is_said_to_be_odd() -> None:
    odd: list[Manifest] = [{}, {"data": None}, {"data": []}, answer("streams", [1, 2])]
    for body in odd:
        found = decode(body)
        assert found.series == ()
        assert "odd shape" in found.warnings[0]


def test_one_odd_series_does_not_hide_the_others() -> None:
    good = {"metric": {"a": "1"}, "value": [1, "2"]}
    odd: list[Json] = [None, 7, "x", [], {"metric": {}, "value": [1]}, {"value": "xy"}]
    for one in odd:
        found = decode(answer("vector", [one, good]))
        assert Series({"a": "1"}, (1.0,), (2.0,)) in found.series
        assert "1 parts" in found.warnings[0]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["metric", "value", "values", "histogram", "histograms", "count", "sum",
                         "buckets", "data", "resultType", "result", "warnings", "stats"]),
        inner,
        max_size=4,
    ),
    max_leaves=25,
)  # fmt: skip


@given(st.sampled_from(["vector", "matrix", "scalar", "string", "other"]), _JSON)
def test_nothing_that_is_json_breaks_the_reader(kind: str, result: Json) -> None:
    found = decode(answer(kind, result))
    for one in found.series:
        assert len(one.times) == len(one.values)
        assert all(isinstance(value, float) for value in (*one.times, *one.values))
        assert all(isinstance(label, str) for label in one.labels.values())


@given(st.dictionaries(st.sampled_from(["data", "status", "warnings", "infos"]), _JSON))
def test_no_envelope_breaks_the_reader(body: Manifest) -> None:
    decode(body)


def test_json_is_read_with_its_numbers() -> None:
    assert loads(orjson.dumps({"a": [1, 2.5, None]})) == {"a": [1, 2.5, None]}
