"""Requests that a program counts under a name of its own: `shop_api_request_duration_seconds`.

Only names that say of themselves that they are durations of requests are taken, and none of the
requests that a program makes of others.
"""

import re
from collections.abc import Iterator

from clusterwright.tools.excerpt import few
from clusterwright.tools.prometheus.result import Result
from clusterwright.tools.prometheus.signal.candidate import Candidate
from clusterwright.tools.prometheus.signal.requests import BY_CODE, Family, of_family
from clusterwright.tools.prometheus.signal.subject import Scheme, Subject

_UNITS = {"seconds": 1.0, "milliseconds": 1_000.0, "ms": 1_000.0, "microseconds": 1_000_000.0}
_NAMES = (
    r"[a-zA-Z0-9_]*(request|requests|rpc|http|call|handling|query|queries)_"
    rf"((duration|latency|time)_)?({'|'.join(_UNITS)})_count|[a-zA-Z0-9_]+_requests_total"
)
_OF_OTHERS = re.compile(
    r"client|outgoing|outbound|upstream|egress|etcd|remote|webhook|admission|backend|scrape"
)
_SERVED = ("http", "grpc", "rpc", "request")
_NOTE = "a metric of its own: by its name, of the requests that it serves"


def question(subject: Subject) -> str:
    """Return the query for the names under which a subject may count requests."""
    matchers = subject.matchers(Scheme.PODS) or ""
    return f'group by (__name__) ({{__name__=~"{_NAMES}",{matchers}}})'


def candidates(result: Result) -> Iterator[Candidate]:
    """Yield what the likeliest of the names found tells."""
    names = [one.labels.get("__name__", "") for one in result.series]
    served = sorted((one for one in names if not _OF_OTHERS.search(one)), key=_order)
    durations = [one.removesuffix("_count") for one in served if one.endswith("_count")]
    if not durations:
        return
    found, *others = durations
    total = f"{found.partition('_request')[0]}_requests_total"
    note = f"{_NOTE}; not counted: {few(others, 2)}" if others else _NOTE
    unit = _UNITS[found.rpartition("_")[2]]
    known = total if total in served else ""
    yield from of_family(Family(found, found, unit, known, BY_CODE, note=note))


def _order(name: str) -> tuple[int, int, str]:
    said = (place for place, word in enumerate(_SERVED) if word in name)
    return (next(said, len(_SERVED)), len(name), name)
