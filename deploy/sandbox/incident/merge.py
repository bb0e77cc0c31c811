"""Make one of the stages of several faults and layers, so that all of them happen together."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from clusterwright.deploy.sandbox.incident.incident import Incident
from clusterwright.deploy.sandbox.incident.layer import Filled
from clusterwright.deploy.sandbox.scenario.card import Card
from clusterwright.deploy.sandbox.scenario.model import (
    Rendered,
    Stage,
    namespace_object,
    placed,
)
from clusterwright.tools.manifest import Manifest, name_of, number, text

_NEEDS = ("node", "prometheus", "gpu", "cluster-api")
"""What a sandbox has besides, the rarest last."""


def scene(
    name: str,
    incident: Incident,
    seed: int,
    namespace: str,
    *,
    image: str,
    faults: Sequence[Rendered],
    filled: Sequence[Filled],
    healthy: Sequence[Manifest],
) -> Rendered:
    """Return what is done in one namespace: faults first, stage by stage; layers in the last."""
    made = [*(one for layer in filled for one in layer.objects), *healthy]
    layers = Stage((), tuple(placed(one, namespace) for one in made), ())
    count = max((len(one.stages) for one in faults), default=1)
    stages = [_together([_step(f, i) for f in faults if i < len(f.stages)]) for i in range(count)]
    stages[0] = replace(
        stages[0], apply=(namespace_object(namespace), *_bare_once(stages[0].apply))
    )
    developed = (
        *(c for f in faults for c in f.developed),
        *(c for x in filled for c in x.developed),
    )
    last = _together([stages[-1], layers])
    stages[-1] = replace(last, until=tuple(developed))
    cure = _together([one.cure for one in faults])
    well = tuple(c for x in filled for c in x.well)
    images = {*(one for fault in faults for one in fault.images), image}
    return Rendered(
        card=_card(name, incident, faults, filled),
        seed=seed,
        namespace=namespace,
        images=tuple(sorted(images)),
        stages=tuple(stages),
        truth=tuple(one for fault in faults for one in fault.truth),
        cure=replace(cure, until=(*cure.until, *well)),
        repaired=(),
    )


def _step(fault: Rendered, number: int) -> Stage:
    """Return a stage of a fault; for the last one all wait together, at the end."""
    stage = fault.stages[number]
    return stage if stage is not fault.stages[-1] else replace(stage, until=())


def pods_of(manifests: Iterable[Manifest]) -> int:
    """Return how many pods some objects want at a time."""
    return sum(_pods(one) for one in manifests)


def _pods(manifest: Manifest) -> int:
    match text(manifest, "kind"):
        case "Deployment":
            return number(manifest, "spec", "replicas") or 1
        case "StatefulSet" | "Job" | "Pod":
            return 1  # a StatefulSet waits for its first one
        case _:
            return 0


def _card(
    name: str, incident: Incident, faults: Sequence[Rendered], filled: Sequence[Filled]
) -> Card:
    needs = next((n for n in reversed(_NEEDS) for f in faults if f.card.needs == n), "node")
    domains = [one.card.domain for one in faults] or ["kubernetes"]
    # Clusters of Cluster API are taken down with care, and all of a scene is given their time.
    domain = "cluster_api" if "cluster_api" in domains else domains[0]
    simulated = {*(one.card.simulated for one in faults), *(one.simulated for one in filled)}
    return Card.model_validate(
        {
            "name": name,
            "title": incident.title,
            "domain": domain,
            "kind": "fault",
            "simulated": "; ".join(sorted(simulated - {""})),
            "needs": needs,
            "scope": "namespaced",
        }
    )


def _together(stages: Sequence[Stage]) -> Stage:
    """Return one stage that does what all of them do; a target none of them has."""
    return Stage(
        remove=tuple(chain.from_iterable(one.remove for one in stages)),
        apply=tuple(chain.from_iterable(one.apply for one in stages)),
        until=tuple(chain.from_iterable(one.until for one in stages)),
        patch=tuple(chain.from_iterable(one.patch for one in stages)),
        helm=tuple(chain.from_iterable(one.helm for one in stages)),
        records=tuple(chain.from_iterable(one.records for one in stages)),
    )


def _bare_once(manifests: Sequence[Manifest]) -> list[Manifest]:
    """Leave out the namespaces that each fault brings, which say nothing of their own."""
    return [one for one in manifests if one != namespace_object(name_of(one))]
