"""A unit test for rules as promtool runs it, bounded: `0x1000000000` asks for a billion samples.

Source of the form: Prometheus, docs/configuration/unit_testing_rules.md.
"""

import json
import re

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import Manifest, items, text
from clusterwright.tools.prometheus.ruinous import refuse_ruinous
from clusterwright.tools.prometheus.wire import duration

LONGEST = 200_000
MOST_SERIES, MOST_SAMPLES, MOST_EVALUATIONS, MOST_CASES = 200, 50_000, 5_000, 50
_FIELDS = frozenset(
    {
        "name",
        "interval",
        "input_series",
        "alert_rule_test",
        "promql_expr_test",
        "external_labels",
        "external_url",
    }
)
_TIMES = re.compile(r"x(\d+)\Z")
_LONGEST_NUMBER = 10
_EXAMPLE = (
    '{"interval":"1m","input_series":[{"series":"up{job=\\"cart\\"}","values":"0x10"}],'
    '"alert_rule_test":[{"eval_time":"6m","alertname":"CartDown","exp_alerts":[...]}]}'
)


def file_of(test: Manifest, interval: str) -> Manifest:
    """Return the content of a test file; raise InvalidInputError for what asks for too much."""
    odd = [key for key in test if key not in _FIELDS]
    if odd:
        raise _wrong(f"a unit test has no {odd[0][:60]!r}")
    if len(json.dumps(test)) > LONGEST:
        raise _wrong(f"a unit test has at most {LONGEST} characters")
    for one in items(test, "promql_expr_test"):
        refuse_ruinous(text(one, "expr"))  # it would be this machine that promtool ends
    cases = [*items(test, "alert_rule_test"), *items(test, "promql_expr_test")]
    series = items(test, "input_series")
    if not cases or not series:
        raise _wrong("a unit test has input_series, and alert_rule_test or promql_expr_test")
    if len(series) > MOST_SERIES or len(cases) > MOST_CASES:
        raise _wrong(f"a unit test has at most {MOST_SERIES} series and {MOST_CASES} cases")
    samples = sum(_samples(text(one, "values")) for one in series)
    if samples > MOST_SAMPLES:
        raise _wrong(f"its series have {samples} samples, over {MOST_SAMPLES}")
    step = min(_seconds(test, "interval", 60.0), _seconds({"it": interval}, "it", 60.0))
    last = max(_seconds(one, "eval_time", 0.0) for one in cases)
    if last / step > MOST_EVALUATIONS:
        raise _wrong(f"it takes {last / step:.0f} evaluations, over {MOST_EVALUATIONS}")
    return {"evaluation_interval": interval or "1m", "tests": [test]}


def _samples(values: str) -> int:
    """Return how many samples a series is written out to."""
    found = (_TIMES.search(one) for one in values.split())
    return sum(_times(one[1]) if one else 1 for one in found)


def _times(digits: str) -> int:
    return int(digits) + 1 if len(digits) < _LONGEST_NUMBER else MOST_SAMPLES + 1


def _seconds(value: Manifest, key: str, default: float) -> float:
    if key not in value or value[key] == "":
        return default
    found = duration(value, key) if isinstance(value[key], str) else None
    if found is None or (found <= 0 and default):
        raise _wrong(f"{str(value[key])[:60]!r} is no duration for {key!r}")
    return max(found, 0.001)


def _wrong(what: str) -> InvalidInputError:
    return InvalidInputError(what, hint=f"write it as promtool takes it: {_EXAMPLE}")
