"""Measure, print, compare: `python -m tests.bench [--save]`.

A figure more than 20% worse than in tests/bench/baseline.json fails the run; `--save` makes the
figures of this run the new baseline, which is committed together with the reason.
"""

import json
import sys
from pathlib import Path

from clusterwright.deploy.sandbox import up
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.lifecycle import break_
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.deploy.sandbox.scenarios import NINE
from tests.bench import crowd
from tests.bench.figure import Figure
from tests.bench.figures import measure

BASELINE = Path(__file__).with_name("baseline.json")
TOLERANCE = 1.2


def main(arguments: list[str]) -> int:
    """Run every figure; return 1 if one got worse than the baseline allows."""
    instance = up("bench")
    crowd.gather(instance)
    faults = [load(name).render(seed=1) for name in NINE]
    break_(connect(instance.kubeconfig, instance.registry_url or None), faults)
    known: dict[str, float] = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    figures: list[Figure] = []
    for figure in measure(instance, faults):
        print(f"{figure.name} {figure.value:g} {figure.unit}{_verdict(figure, known)}", flush=True)
        figures.append(figure)
    if "--save" in arguments:
        BASELINE.write_text(json.dumps({f.name: f.value for f in figures}, indent=2) + "\n")
        return 0
    worse = [f.name for f in figures if f.worse_than(known.get(f.name, f.value), TOLERANCE)]
    if worse:
        print(f"more than 20% worse than the baseline: {', '.join(worse)}", file=sys.stderr)
    return 1 if worse else 0


def _verdict(figure: Figure, known: dict[str, float]) -> str:
    if figure.name not in known:
        return "  # new"
    return f"  # baseline {known[figure.name]:g}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
