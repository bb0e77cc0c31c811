"""NVIDIA's ClusterPolicy: the DaemonSets that it asks for, and its status.

Rules: NVIDIA/gpu-operator v26.7, controllers/clusterpolicy_controller.go and object_controls.go
(isDaemonSetReady), internal/conditions/clusterpolicy.go.
"""

from clusterwright.deploy.sandbox.gpu.daemonsets import wanted
from clusterwright.deploy.sandbox.gpu.operands import NAMESPACE, OPERANDS
from clusterwright.deploy.sandbox.gpu.operator.conditions import failed, ready, write
from clusterwright.deploy.sandbox.gpu.operator.discovery import PRESENT
from clusterwright.deploy.sandbox.gpu.operator.world import World, has_label
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    items,
    labels_of,
    mapping,
    name_of,
    number,
    text,
)

_NFD = "feature.node.kubernetes.io/"


def in_force(world: World) -> Manifest:
    """Return the ClusterPolicy that counts, the oldest; an empty one where there is none."""
    found = sorted(
        world.all("ClusterPolicy"),
        key=lambda one: (text(one, "metadata", "creationTimestamp"), name_of(one)),
    )
    return found[0] if found else {}


def deploy(world: World, policy: Manifest) -> None:
    """Make, change and remove DaemonSets as the ClusterPolicy asks for them."""
    asked = {name_of(one): one for one in wanted(policy)} if policy else {}
    for name, one in asked.items():
        found = world.get("DaemonSet", NAMESPACE, name)
        if found is None:
            world.api.create(one)
        elif _image(found) != _image(one):
            world.api.patch(found, {"spec": {"template": one["spec"]["template"]}})
    for operand in OPERANDS:
        found = world.get("DaemonSet", NAMESPACE, operand.daemonset)
        owners = items(found, "metadata", "ownerReferences")
        ours = any(text(one, "kind") == "ClusterPolicy" for one in owners)
        if found is not None and ours and operand.daemonset not in asked:
            world.api.delete(found)


def tell(world: World) -> None:
    """Write the status of every ClusterPolicy."""
    main = in_force(world)
    for one in world.all("ClusterPolicy"):
        if name_of(one) != name_of(main):
            write(world, one, {"state": "ignored", "namespace": NAMESPACE}, [])
            continue
        unready = _states_not_ready(world, one)
        if unready:
            said = f"ClusterPolicy is not ready, states not ready: [{' '.join(unready)}]"
            status = {"state": "notReady", "namespace": NAMESPACE}
            write(world, one, status, failed("OperandNotReady", said))
            continue
        status = {"state": "ready", "namespace": NAMESPACE}
        write(world, one, status, ready(*_all_ready(world)))


def daemonset_ready(world: World, one: Manifest) -> bool:
    """Return whether the operator takes a DaemonSet for ready: also one that is wanted nowhere."""
    status = mapping(one, "status")
    desired = number(status, "desiredNumberScheduled")
    if desired == 0:
        return True
    if number(status, "numberUnavailable"):
        return False
    if text(one, "spec", "updateStrategy", "type") == "OnDelete":
        newest = newest_revision(world, one)
        pods = [p for p in world.all("Pod") if _is_of(p, one)]
        return all(labels_of(p).get("controller-revision-hash") == newest for p in pods)
    return (
        dig(status, "observedGeneration") == dig(one, "metadata", "generation")
        and number(status, "updatedNumberScheduled") == desired
        and number(status, "numberAvailable") == desired
    )


def newest_revision(world: World, one: Manifest) -> str:
    """Return the hash of a DaemonSet's newest revision."""
    uid = text(one, "metadata", "uid")
    revisions = [
        revision
        for revision in world.all("ControllerRevision")
        if any(text(ref, "uid") == uid for ref in items(revision, "metadata", "ownerReferences"))
    ]
    revisions.sort(key=lambda found: number(found, "revision"))
    return labels_of(revisions[-1]).get("controller-revision-hash", "") if revisions else ""


def _states_not_ready(world: World, policy: Manifest) -> list[str]:
    asked = {name_of(one) for one in wanted(policy)}
    found: list[str] = []
    for operand in OPERANDS:
        if operand.daemonset in asked:
            one = world.get("DaemonSet", NAMESPACE, operand.daemonset)
            if one is None or not daemonset_ready(world, one):
                found.append(operand.state)
    return found


def _all_ready(world: World) -> tuple[str, str]:
    nodes = world.all("Node")
    if not any(key.startswith(_NFD) for one in nodes for key in labels_of(one)):
        return "NFDLabelsMissing", "No NFD labels found in the cluster"
    if not any(has_label(one, PRESENT) for one in nodes):
        return "NoGPUNodes", "No GPU node found, watching for new nodes to join the cluster."
    return "Reconciled", "ClusterPolicy is ready as all resources have been successfully reconciled"


def _image(one: Manifest) -> str:
    containers = items(one, "spec", "template", "spec", "containers")
    return text(containers[0], "image") if containers else ""


def _is_of(pod: Manifest, daemonset: Manifest) -> bool:
    uid = text(daemonset, "metadata", "uid")
    return any(text(one, "uid") == uid for one in items(pod, "metadata", "ownerReferences"))
