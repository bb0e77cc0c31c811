"""Latency, traffic and errors of requests, by those who count them.

Names and labels are those of the exporters: istio.io/docs/reference/config/metrics, Envoy's
"Statistics", kubernetes/ingress-nginx docs/user-guide/monitoring.md, the semantic conventions of
OpenTelemetry for HTTP metrics, grpc-ecosystem/go-grpc-middleware, linkerd's proxy metrics,
Micrometer's timer of Spring ("http.server.requests").
"""

from collections.abc import Iterator
from dataclasses import dataclass

from clusterwright.tools.prometheus.signal.candidate import Candidate, Signal, Unit
from clusterwright.tools.prometheus.signal.subject import Scheme

P50, P99, MEAN, RATE, FAILED = "p50", "p99", "mean time", "requests", "failed requests"
_QUANTILES = ((P50, 0.5), (P99, 0.99))


@dataclass(frozen=True, slots=True)
class Family:
    """How one source counts requests."""

    source: str
    duration: str = ""
    """The histogram, without `_bucket`."""
    per_second: float = 1
    """How many of its units a second has: 1000 for milliseconds."""
    total: str = ""
    """The counter; by default the histogram's own `_count`."""
    failed: tuple[tuple[str, ...], ...] = ()
    """Ways to tell failures by labels, the first that exists: matchers, any of which fails."""
    schemes: tuple[Scheme, ...] = (Scheme.PODS,)
    also: str = ""
    """Further matchers of all its series."""
    note: str = ""

    @property
    def counter(self) -> str:
        """What counts its requests."""
        return self.total or f"{self.duration}_count"


_HTTP = tuple(
    (f'{label}=~"5.."',)
    for label in ("code", "status", "status_code", "http_response_status_code", "http_status_code")
)
_GRPC = 'grpc_code=~"Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"'
BY_CODE = (*_HTTP, (_GRPC,))
"""Ways to tell failures of a metric of which only the name is known."""
_MESH = (Scheme.MESH, Scheme.MESH_WAYPOINT, Scheme.MESH_SOURCE)
_INGRESS = (Scheme.INGRESS_EXPORTED, Scheme.INGRESS)
_AT_INGRESS = "as the ingress saw them: calls inside the cluster do not pass it"
FAMILIES = (
    Family(
        "Istio",
        "istio_request_duration_milliseconds",
        1000,
        "istio_requests_total",
        (('response_code=~"5..|0"', 'grpc_response_status=~"2|4|12|13|14|15"'),),
        _MESH,
    ),
    Family(
        "Linkerd",
        "response_latency_ms",
        1000,
        "response_total",
        (('classification="failure"',),),
        also='direction="inbound"',
    ),
    Family(
        "Envoy",
        "envoy_http_downstream_rq_time",
        1000,
        "envoy_http_downstream_rq_xx",
        (('envoy_response_code_class="5"',),),
    ),
    Family(
        "ingress-nginx",
        "nginx_ingress_controller_request_duration_seconds",
        1,
        "nginx_ingress_controller_requests",
        (('status=~"5.."',),),
        _INGRESS,
        note=_AT_INGRESS,
    ),
    Family("OpenTelemetry", "http_server_request_duration_seconds", failed=_HTTP),
    Family("HTTP", "http_request_duration_seconds", total="http_requests_total", failed=_HTTP),
    Family("HTTP", "http_request_duration_seconds", failed=_HTTP),
    Family("Micrometer", "http_server_requests_seconds", failed=_HTTP),
    Family("OpenTelemetry", "http_server_duration_milliseconds", 1000, failed=_HTTP),
    Family(
        "gRPC",
        "grpc_server_handling_seconds",
        total="grpc_server_handled_total",
        failed=((_GRPC,),),
    ),
    Family("OpenTelemetry", "rpc_server_duration_milliseconds", 1000),
)


def candidates() -> Iterator[Candidate]:
    """Yield what each family can tell, the families in order of preference."""
    for family in FAMILIES:
        yield from _latency(family)
    for family in FAMILIES:
        yield from _traffic(family)
        yield from _errors(family)


def of_family(family: Family) -> Iterator[Candidate]:
    """Yield what one family can tell."""
    yield from _latency(family)
    yield from _traffic(family)
    yield from _errors(family)


def _latency(family: Family) -> Iterator[Candidate]:
    also = f",{family.also}" if family.also else ""
    scale = f" / {family.per_second:g}" if family.per_second != 1 else ""
    bucket = f"{family.duration}_bucket"
    for slot, quantile in _QUANTILES if family.duration else ():
        rates = (
            (bucket, f"sum by (le) (rate({bucket}{{$S{also}}}[$W]))", "", f"{bucket}{{$S{also}}}"),
            (family.duration, f"sum(rate({family.duration}{{$S{also}}}[$W]))", 'quantile=""', ""),
        )
        for metric, rate, where, buckets in rates:
            query = f"histogram_quantile({quantile:g}, {rate}){scale}"
            yield Candidate(
                Signal.LATENCY, slot, family.source, Unit.SECONDS, query, (metric,),
                family.schemes, note=family.note, where=where,
                buckets=f"group by (le) ({buckets})" if buckets else "",
                per_second=family.per_second,
            )  # fmt: skip
        summary = f'max({family.duration}{{$S{also},quantile="{quantile:g}"}}){scale}'
        yield Candidate(
            Signal.LATENCY, slot, family.source, Unit.SECONDS, summary, (family.duration,),
            family.schemes, where=f'quantile="{quantile:g}"',
            note="the worst instance: quantiles of summaries cannot be added up",
        )  # fmt: skip
    if family.duration:
        parts = tuple(f"{family.duration}_{part}" for part in ("sum", "count"))
        total, number = (f"sum(rate({part}{{$S{also}}}[$W]))" for part in parts)
        yield Candidate(
            Signal.LATENCY, MEAN, family.source, Unit.SECONDS,
            f"{total} / {number}{scale}", parts, family.schemes, note=family.note,
        )  # fmt: skip


def _traffic(family: Family) -> Iterator[Candidate]:
    also = f",{family.also}" if family.also else ""
    yield Candidate(
        Signal.TRAFFIC, RATE, family.source, Unit.PER_SECOND,
        f"sum(rate({family.counter}{{$S{also}}}[$W]))",
        (family.counter,), family.schemes, note=family.note,
    )  # fmt: skip


def _errors(family: Family) -> Iterator[Candidate]:
    also = f",{family.also}" if family.also else ""
    series = f"{family.counter}{{$S{also}"
    for matchers in family.failed:
        rate, count = (
            " or ".join(f"{function}({series},{one}}}[{window}])" for one in matchers)
            for function, window in (("rate", "$W"), ("increase", "$L"))
        )
        requests = f"sum(rate({series}}}[$W]))"
        label = matchers[0].partition("=")[0]
        # Where codes are told and none of them is a failure, the ratio is 0 and not unknown.
        yield Candidate(
            Signal.ERRORS, FAILED, family.source, Unit.RATIO,
            f"(sum({rate}) or 0 * {requests}) / {requests}",
            (family.counter,), family.schemes, against="requests", note=family.note,
            counts=(f"sum({count})", f"sum(increase({series}}}[$L]))"), where=f'{label}!=""',
        )  # fmt: skip
