"""Measure, print, compare: `python -m tests.bench [--save] [PART ...]`.

A figure more than 20% worse than in tests/bench/baseline.json fails the run; `--save` makes the
figures of this run the new baseline, which is committed together with the reason. By default all
parts are measured, each on a sandbox of its own.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from clusterwright.deploy.sandbox import down, up
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.lifecycle import break_
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.deploy.sandbox.scenarios import NINE
from tests.bench import crowd
from tests.bench.cluster_api import cluster_api
from tests.bench.figure import Figure
from tests.bench.figures import command, measure
from tests.bench.gpu import gpu
from tests.bench.helm import helm
from tests.bench.incidents import incidents
from tests.bench.prometheus import prometheus

BASELINE = Path(__file__).with_name("baseline.json")
TOLERANCE = 1.2


def main(arguments: list[str]) -> int:
    """Run every figure; return 1 if one got worse than the baseline allows."""
    if odd := [one for one in arguments if one not in {*_PARTS, "--save"}]:
        print(f"{odd[0]!r} is no part: {', '.join(_PARTS)}; or --save", file=sys.stderr)
        return 2
    parts = [one for one in _PARTS if one in arguments] or list(_PARTS)
    known: dict[str, float] = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    figures: list[Figure] = []
    for figure in (one for part in parts for one in _PARTS[part]()):
        print(f"{figure.name} {figure.value:g} {figure.unit}{_verdict(figure, known)}", flush=True)
        figures.append(figure)
    if "--save" in arguments:
        saved = known | {f.name: f.value for f in figures}
        BASELINE.write_text(json.dumps(saved, indent=2) + "\n")
        return 0
    worse = [f.name for f in figures if f.worse_than(known.get(f.name, f.value), TOLERANCE)]
    if worse:
        print(f"more than 20% worse than the baseline: {', '.join(worse)}", file=sys.stderr)
    return 1 if worse else 0


def _kubernetes() -> Iterator[Figure]:
    instance = up("bench")
    crowd.gather(instance)
    faults = [load(name).render(seed=1) for name in NINE]
    break_(connect(instance.kubeconfig, instance.registry_url or None), faults)
    yield from measure(instance, faults)


def _cluster_api() -> Iterator[Figure]:
    instance = up("bench-fleet", cluster_api=True)
    server = [command("clusterwright-cluster-api"), "--kubeconfig", str(instance.kubeconfig)]
    try:
        yield from cluster_api(server, instance)
    finally:
        down("bench-fleet")  # its managers were stopped: it is of no further use


def _helm() -> Iterator[Figure]:
    instance = up("bench-helm")
    server = [command("clusterwright-helm"), "--kubeconfig", str(instance.kubeconfig)]
    yield from helm(server, instance)


def _prometheus() -> Iterator[Figure]:
    yield from prometheus([command("clusterwright-prometheus")])


def _gpu() -> Iterator[Figure]:
    instance = up("bench-gpu", real_node=False)
    server = [command("clusterwright-gpu"), "--kubeconfig", str(instance.kubeconfig)]
    try:
        yield from gpu(server, instance)
    finally:
        down("bench-gpu")  # a thousand nodes keep a machine busy


_PARTS = {
    "kubernetes": _kubernetes,
    "cluster-api": _cluster_api,
    "helm": _helm,
    "prometheus": _prometheus,
    "gpu": _gpu,
    "incidents": incidents,
}


def _verdict(figure: Figure, known: dict[str, float]) -> str:
    if figure.name not in known:
        return "  # new"
    return f"  # baseline {known[figure.name]:g}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
