"""Signals of servers of models: vLLM, KServe's own server, Triton, Text Generation Inference.

Names: vllm-project/vllm docs/usage/metrics.md, triton-inference-server/server
docs/user_guide/metrics.md, kserve/kserve python/kserve/metrics.py, huggingface/
text-generation-inference docs/source/reference/metrics.md.
"""

from collections.abc import Iterator

from clusterwright.tools.prometheus.signal.candidate import Candidate, Signal, Unit
from clusterwright.tools.prometheus.signal.requests import FAILED, MEAN, P50, P99, RATE
from clusterwright.tools.prometheus.signal.subject import Scheme

_HISTOGRAMS = (
    ("vLLM", "first token p99", "vllm:time_to_first_token_seconds", 0.99),
    ("vLLM", P50, "vllm:e2e_request_latency_seconds", 0.5),
    ("vLLM", P99, "vllm:e2e_request_latency_seconds", 0.99),
    ("KServe", P50, "request_predict_seconds", 0.5),
    ("KServe", P99, "request_predict_seconds", 0.99),
    ("TGI", P50, "tgi_request_duration", 0.5),
    ("TGI", P99, "tgi_request_duration", 0.99),
)
_COUNTED = (
    ("vLLM", "vllm:request_success_total"),
    ("TGI", "tgi_request_count"),
    ("KServe", "request_predict_seconds_count"),
)
_GAUGES = (
    ("vLLM", "requests waiting", "vllm:num_requests_waiting", Unit.NUMBER, "sum"),
    ("vLLM", "requests running", "vllm:num_requests_running", Unit.NUMBER, "sum"),
    ("vLLM", "KV cache", "vllm:kv_cache_usage_perc", Unit.RATIO, "max"),
    ("vLLM", "KV cache", "vllm:gpu_cache_usage_perc", Unit.RATIO, "max"),
    ("TGI", "requests waiting", "tgi_queue_size", Unit.NUMBER, "sum"),
    ("Triton", "requests waiting", "nv_inference_pending_request_count", Unit.NUMBER, "sum"),
)


def candidates() -> Iterator[Candidate]:
    """Yield what servers of models tell."""
    for source, slot, metric, quantile in _HISTOGRAMS:
        bucket = f"{metric}_bucket"
        query = f"histogram_quantile({quantile:g}, sum by (le) (rate({bucket}{{$S}}[$W])))"
        yield Candidate(
            Signal.LATENCY,
            slot,
            source,
            Unit.SECONDS,
            query,
            (bucket,),
            buckets=f"group by (le) ({bucket}{{$S}})",
        )
    for source, metric in _COUNTED:
        rate = f"sum(rate({metric}{{$S}}[$W]))"
        yield Candidate(Signal.TRAFFIC, RATE, source, Unit.PER_SECOND, rate, (metric,))
    tokens = "vllm:generation_tokens_total"
    yield Candidate(
        Signal.TRAFFIC, "tokens generated", "vLLM", Unit.PER_SECOND,
        f"sum(rate({tokens}{{$S}}[$W]))", (tokens,),
    )  # fmt: skip
    yield from _triton()
    for source, slot, metric, unit, how in _GAUGES:
        query = f"{how}({metric}{{$S}})"
        yield Candidate(
            Signal.SATURATION, slot, source, unit, query, (metric,), (Scheme.PODS,)
        )  # fmt: skip


def _triton() -> Iterator[Candidate]:
    done, failed = "nv_inference_request_success", "nv_inference_request_failure"
    took, queued = "nv_inference_request_duration_us", "nv_inference_queue_duration_us"
    rates = {one: f"sum(rate({one}{{$S}}[$W]))" for one in (done, failed, took, queued)}
    grown = {one: f"sum(increase({one}{{$S}}[$L]))" for one in (done, failed)}
    yield Candidate(
        Signal.LATENCY, MEAN, "Triton", Unit.SECONDS,
        f"{rates[took]} / {rates[done]} / 1e6", (took, done),
    )  # fmt: skip
    yield Candidate(
        Signal.LATENCY, "mean time queued", "Triton", Unit.SECONDS,
        f"{rates[queued]} / {rates[done]} / 1e6", (queued, done),
    )  # fmt: skip
    yield Candidate(
        Signal.TRAFFIC, RATE, "Triton", Unit.PER_SECOND,
        f"{rates[done]} + {rates[failed]}", (done, failed),
    )  # fmt: skip
    yield Candidate(
        Signal.ERRORS, FAILED, "Triton", Unit.RATIO,
        f"{rates[failed]} / ({rates[done]} + {rates[failed]})", (failed, done),
        counts=(grown[failed], f"{grown[done]} + {grown[failed]}"), against="requests",
    )  # fmt: skip
