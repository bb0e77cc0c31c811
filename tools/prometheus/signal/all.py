"""All ways to tell a signal, in the order in which a reader wants the slots."""

from collections.abc import Sequence

from clusterwright.tools.prometheus.signal import containers, gpus, inference, nodes, requests
from clusterwright.tools.prometheus.signal.candidate import (
    IN_PODS,
    Candidate,
    Signal,
    Wanted,
)
from clusterwright.tools.prometheus.signal.requests import FAILED, P99, RATE
from clusterwright.tools.prometheus.signal.subject import About

CANDIDATES: Sequence[Candidate] = (
    *inference.candidates(),
    *requests.candidates(),
    *containers.candidates(),
    *nodes.candidates(),
    *gpus.candidates(),
)
"""A server of models tells more of its requests than what stands in front of it: it comes first."""

_HISTOGRAM = "a histogram, as http_server_request_duration_seconds of OpenTelemetry, or a mesh"
_COUNTER = "a counter, as http_requests_total with a label `code`, or a mesh"
WANTED: Sequence[Wanted] = (
    Wanted(Signal.LATENCY, P99, IN_PODS, _HISTOGRAM),
    Wanted(Signal.TRAFFIC, RATE, IN_PODS, _COUNTER),
    Wanted(Signal.ERRORS, FAILED, IN_PODS, _COUNTER),
    *containers.WANTED,
    *nodes.WANTED,
    *gpus.WANTED,
)
"""What is told as missing where it is."""

ORDER = tuple(Signal)
_MOST = {Signal.LATENCY: 3, Signal.TRAFFIC: 3, Signal.ERRORS: 6, Signal.SATURATION: 7}


def most(signal: Signal, *, alone: bool) -> int:
    """Return how many slots of a signal are asked about, `alone` or beside the others."""
    return 20 if alone else _MOST[signal]


def for_subject(about: About) -> tuple[Candidate, ...]:
    """Return the candidates for a sort of subject."""
    return tuple(one for one in CANDIDATES if about in one.about)
