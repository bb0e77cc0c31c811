"""How much a change can hurt: what it touches, who is served by it, what cannot be undone."""

from collections.abc import Callable, Iterator, Sequence

from clusterwright.tools.change import DryRun
from clusterwright.tools.field_path import read
from clusterwright.tools.kubernetes.changes.budgets import budgets_of, spare
from clusterwright.tools.kubernetes.changes.operated import operated
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.workload_cluster import risks
from clusterwright.tools.kubernetes.changes.workloads import (
    SCALED,
    TEMPLATED,
    is_ready,
    pods_of,
    workload_of,
)
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.manifest import Manifest, items, number, text
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.trust.risk import Risk

Reason = tuple[Risk, str]
_MANY = 20
_QUORUM = 3
_HIGH = frozenset(
    {
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        "CustomResourceDefinition",
        "APIService",
        "PersistentVolume",
        "Namespace",
    }
)
"""Kinds with which a whole cluster, or data, can be lost."""
_GRANTS = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"})
_SHARED = frozenset({"Node", "StorageClass", "PriorityClass", "IngressClass", "NetworkPolicy"})
_DATA = frozenset({"PersistentVolumeClaim", "StatefulSet", "Secret"})


def judge(
    scene: Scene, steps: Sequence[Step], dry_runs: Sequence[DryRun]
) -> tuple[Risk, list[str]]:
    """Return the risk of a plan and what it is for, the worst first."""
    reasons = [reason for step in steps for reason in _of_step(scene, step)]
    reasons += [reason for one in dry_runs for reason in _of_dry_run(one)]
    ordered = sorted(dict.fromkeys(reasons), key=lambda one: -one[0].rank)
    risk = max((one[0] for one in ordered), key=lambda one: one.rank, default=Risk.LOW)
    return risk, [said for _, said in ordered] or ["nothing that serves is touched"]


def _of_step(scene: Scene, step: Step) -> Iterator[Reason]:
    ref = step.ref
    yield from step.risks or ()
    made = step.before is None and step.write.verb is not Verb.DELETE
    if ref.kind == "Namespace" and made:
        yield Risk.LOW, f"{ref} is new"
    elif ref.kind in _HIGH:
        yield Risk.HIGH, f"{ref.kind}: an error here is felt in the whole cluster"
    elif ref.kind in _GRANTS:
        yield from _of_grant(step)
    elif ref.kind in _SHARED:
        yield Risk.MEDIUM, f"{ref} concerns more than one workload"
    if step.write.verb is Verb.DELETE and ref.kind in _DATA:
        yield Risk.HIGH, f"with {ref} goes its data"
    if step.irreversible and step.at_stake is not Risk.LOW:
        yield step.at_stake, f"{ref}: {step.irreversible}"
    for rule in _RULES:
        yield from rule(scene, step)


def _of_grant(step: Step) -> Iterator[Reason]:
    rules = items(step.write.body, "rules")
    broad = any("*" in (one.get(key) or []) for one in rules for key in ("verbs", "resources"))
    binding = step.ref.kind.endswith("Binding")
    risk = Risk.HIGH if broad or binding or step.ref.kind == "ClusterRole" else Risk.MEDIUM
    yield risk, f"{step.ref} decides who may do what"


def _of_dry_run(found: DryRun) -> Iterator[Reason]:
    if found is DryRun.DEPENDS:
        yield Risk.MEDIUM, "a step depends on an earlier one, so that it could not be tried"
    elif found is not DryRun.PASSED:
        yield Risk.HIGH, f"the dry run of a step ended as: {found}"


def _rolls(scene: Scene, step: Step) -> Iterator[Reason]:
    """Judge a change for which the pods of a workload are replaced."""
    ref, before = step.ref, step.before
    if ref.kind not in TEMPLATED or ref.group or before is None:
        return
    template = read(step.write.body, ("spec", "template"))
    if not isinstance(template, dict):
        return
    pods = pods_of(ref, scene.around)
    ready = [one for one in pods if is_ready(one)]
    if not ready:
        yield Risk.LOW, f"none of the pods of {ref} serves at present"
        return
    many = f"{len(pods)} pod{'s' * (len(pods) > 1)} of {ref} {'are' if len(pods) > 1 else 'is'}"
    yield (Risk.MEDIUM if len(pods) > _MANY else Risk.LOW), f"{many} replaced"
    strategy = text(before, "spec", "strategy", "type")
    if strategy == "Recreate":
        yield Risk.MEDIUM, f"{ref} stops before it starts anew (strategy Recreate)"
    elif ref.kind == "StatefulSet" and number(before, "spec", "replicas") == 1:
        yield Risk.MEDIUM, f"{ref} has one replica, and is down while it is replaced"


def _scales(scene: Scene, step: Step) -> Iterator[Reason]:
    """Judge a change of the number of replicas."""
    ref, before = step.ref, step.before
    wanted = read(step.write.body, ("spec", "replicas"))
    if ref.kind not in SCALED or before is None or not isinstance(wanted, int):
        return
    now = number(before, "spec", "replicas")
    if wanted == 0 and now:
        yield Risk.HIGH, f"{ref} serves nothing any more with 0 replicas"
    elif wanted < now:
        yield Risk.MEDIUM, f"{now - wanted} of {now} replicas of {ref} go"
        if ref.kind == "StatefulSet" and now >= _QUORUM > wanted:
            yield Risk.HIGH, f"{ref} may lose its quorum with {wanted} replicas"
    elif wanted - now > _MANY:
        yield Risk.MEDIUM, f"{wanted - now} more replicas of {ref} need room"


def _ends_pod(scene: Scene, step: Step) -> Iterator[Reason]:
    """Judge the end of a pod."""
    if step.ref.kind != "Pod" or step.before is None or step.ref.group:
        return
    if step.write.verb not in {Verb.DELETE, Verb.EVICT}:
        return
    pod, around = step.before, scene.around
    nearest = owner_of(pod)
    of_node = nearest is not None and nearest.kind == "DaemonSet"  # whoever has made that
    owner = nearest if of_node else workload_of(pod, around)
    if owner is None:
        yield Risk.HIGH, f"nothing replaces {step.ref}"
        return
    if not is_ready(pod):
        yield Risk.LOW, f"{step.ref} does not serve at present"
        return
    others = [one for one in pods_of(owner, around) if is_ready(one) and one is not pod]
    if not others:
        yield Risk.MEDIUM, f"{step.ref} is the only one of {owner} that serves"
    if step.write.verb is Verb.DELETE:
        for budget in budgets_of(pod, around):
            if spare(budget) < 1:
                yield Risk.HIGH, f"{Ref.of(budget)} allows no disruption, and a deletion ignores it"


def _used(scene: Scene, step: Step) -> Iterator[Reason]:
    """Judge a change of what pods read."""
    ref = step.ref
    if ref.kind not in {"ConfigMap", "Secret"} or step.before is None or ref.group:
        return
    if _only_marks(step):
        return
    pods = [one for one in scene.around.in_namespace("Pod", ref.namespace) if _reads(one, ref)]
    if pods:
        yield Risk.LOW, f"{len(pods)} pod{'s read' if len(pods) > 1 else ' reads'} {ref}"
    if step.write.verb is Verb.DELETE and pods:
        yield Risk.HIGH, f"pods that read {ref} cannot start without it"


def _reads(pod: Manifest, ref: Ref) -> bool:
    """Return whether a pod refers to a ConfigMap or Secret, wherever in its spec."""
    keys = {"ConfigMap": ("configMap", "configMapRef", "configMapKeyRef"),
            "Secret": ("secret", "secretRef", "secretKeyRef")}[ref.kind]  # fmt: skip
    volumes = items(pod, "spec", "volumes")
    if any(ref.name in (text(v, keys[0], "name"), text(v, keys[0], "secretName")) for v in volumes):
        return True
    for container in items(pod, "spec", "containers"):
        for one in items(container, "envFrom"):
            if text(one, keys[1], "name") == ref.name:
                return True
        for one in items(container, "env"):
            if text(one, "valueFrom", keys[2], "name") == ref.name:
                return True
    return False


def _routes(_scene: Scene, step: Step) -> Iterator[Reason]:
    """Judge a change of who is reached."""
    if _only_marks(step) or step.before is None:
        return
    if step.ref.kind in {"Service", "Ingress"} and not step.ref.group:
        yield Risk.LOW, f"who calls {step.ref} may reach other pods"


def _only_marks(step: Step) -> bool:
    """Return whether a step changes an object's labels, annotations and the like alone."""
    changes = step.write.verb in {Verb.PATCH, Verb.APPLY}
    return changes and step.write.body.keys() <= {"apiVersion", "kind", "metadata"}


_RULES: tuple[Callable[[Scene, Step], Iterator[Reason]], ...] = (
    _rolls,
    _scales,
    _ends_pod,
    _used,
    _routes,
    risks,
    operated,
)
