"""Whether a Cluster is at rest, so that an upgrade can begin, and whether its machines are well."""

from collections.abc import Iterator

from clusterwright.tools.cluster_api.cause import of_machine
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import paused
from clusterwright.tools.cluster_api.held_pools import HOLD_SEQUENCE, LISTS, held_pools
from clusterwright.tools.cluster_api.phases.operation import course
from clusterwright.tools.cluster_api.phases.parts import is_true, leaving
from clusterwright.tools.cluster_api.phases.phase import Operation
from clusterwright.tools.cluster_api.topology_reason import CLASS_BEHIND, RECONCILED, REFUSED
from clusterwright.tools.cluster_api.upgrade_checks.check import Check, Status, check, passed
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.manifest import Manifest, strings
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref

_HOOK = "before-upgrade.hook.cluster.cluster.x-k8s.io"
_PENDING = "runtime.cluster.x-k8s.io/pending-hooks"
_SHOWN = 10
_FIRST = frozenset({Operation.CREATION, Operation.UPGRADE, Operation.DELETION})
"""What has to be over before: the API server refuses another version until then."""


def settled(scene: Scene) -> Iterator[Check]:
    """Yield what is under way or holds the Cluster."""
    cluster = scene.parts.cluster
    own = Ref.of(cluster)
    if paused(cluster):
        said = "it is paused, so that nothing would happen"
        yield check("paused", Status.BLOCK, said, [own], "resume it first")
    else:
        yield passed("paused", "it is not paused")
    under_way = course(scene.parts.estate, cluster)
    status = Status.BLOCK if under_way.operation in _FIRST else Status.WARN
    if under_way.operation is Operation.NONE:
        yield passed("under way", "nothing is")
    else:
        waits = [one.waits_for.ref for one in under_way.phases if one.waits_for]
        said, todo = f"{under_way.operation} is", "wait for its end; capi_progress follows it"
        yield check("under way", status, said, [own, *waits], todo)
    yield from _held(cluster)
    yield from _deferred(cluster)
    topology = condition_of(cluster, RECONCILED)
    if topology and topology.reason in REFUSED | CLASS_BEHIND:
        said = f"its topology cannot be applied: {quoted(one_line(topology.message, 200))}"
        yield check("topology", Status.BLOCK, said, [own], "see capi_find_problems")


def _held(cluster: Manifest) -> Iterator[Check]:
    annotations = strings(cluster, "metadata", "annotations")
    hooks = [one for one in annotations if one.startswith(_HOOK)]
    if hooks:
        said = f"the annotation {quoted(one_line(hooks[0], 120))} holds every upgrade"
        yield check("hooks", Status.BLOCK, said, [Ref.of(cluster)], "have its owner remove it")
    elif "AfterClusterUpgrade" in annotations.get(_PENDING, "").split(","):
        said = "a runtime extension still works on the upgrade before (AfterClusterUpgrade)"
        yield check("hooks", Status.BLOCK, said, [Ref.of(cluster)], "wait for it")


def _deferred(cluster: Manifest) -> Iterator[Check]:
    """Yield a check for each annotation, with the pools that it holds; names are of one list."""
    held: dict[str, list[str]] = {}
    for listed in LISTS:
        for name, annotation in held_pools(cluster, (listed,)).items():
            held.setdefault(annotation, []).append(quoted(one_line(name, 80)))
    for annotation, names in held.items():
        where = ", on it or on a pool before it" if annotation == HOLD_SEQUENCE else ""
        pools, keep = ("pools", "keep their") if len(names) > 1 else ("pool", "keeps its")
        said = f"{pools} {few(names, _SHOWN)} {keep} version: {annotation}{where}"
        yield check("deferred pools", Status.WARN, said, [Ref.of(cluster)])


def machines(scene: Scene) -> Check:
    """Return whether the Machines are well: one that is not may hold the rollout from the start."""
    parts = scene.parts
    workers = [*(m for one in parts.pools for m in one.machines), *parts.stray]
    sick_control = [one for one in parts.control_machines if not is_true(one, "Ready", "Available")]
    sick = [one for one in workers if not is_true(one, "Ready", "Available")]
    if not parts.control_machines and not workers:
        return check("machines", Status.NOT_CHECKED, "it has no Machines")
    if sick_control or sick:
        first = [*sick_control, *sick][0]
        cause = of_machine(parts.estate, first)
        why = f": {word(cause.reason)} {quoted(one_line(cause.message, 200))}" if cause else ""
        why = "" if leaving(first) else why
        said = f"{len(sick_control) + len(sick)} are not ready, of the control plane"
        said += f" {len(sick_control)}{why}"
        status = Status.BLOCK if sick_control else Status.WARN
        refs = [Ref.of(one) for one in (*sick_control, *sick)]
        return check("machines", status, said, refs, "repair them first; see capi_find_problems")
    return passed("machines", f"all {len(parts.control_machines) + len(workers)} are ready")
