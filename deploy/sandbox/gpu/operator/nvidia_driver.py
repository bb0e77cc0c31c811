"""NVIDIADrivers: a driver for each group of nodes, where the ClusterPolicy leaves it to them.

Rules: NVIDIA/gpu-operator v26.7, controllers/nvidiadriver_controller.go, internal/validator
(node selectors must not overlap), internal/state/driver.go.
"""

from clusterwright.deploy.sandbox.gpu.daemonsets import driver_of
from clusterwright.deploy.sandbox.gpu.operands import NAMESPACE
from clusterwright.deploy.sandbox.gpu.operator.conditions import failed, ready, write
from clusterwright.deploy.sandbox.gpu.operator.discovery import PRESENT
from clusterwright.deploy.sandbox.gpu.operator.policy import daemonset_ready
from clusterwright.deploy.sandbox.gpu.operator.world import World, has_label
from clusterwright.tools.manifest import Manifest, items, name_of, strings, text, truth


def look_after(world: World, policy: Manifest) -> None:
    """Make each NVIDIADriver's DaemonSet, remove those of none, and write each one's status."""
    drivers = world.all("NVIDIADriver")
    asked = bool(policy) and truth(policy, "spec", "driver", "useNvidiaDriverCRD")
    nodes = {name_of(one): _selected(world, one) for one in drivers}
    kept: set[str] = set()
    for one in drivers:
        others = (name_of(o) for o in drivers if name_of(o) != name_of(one))
        rivals = sorted(o for o in others if nodes[o] & nodes[name_of(one)])
        if not asked:
            write(world, one, {"state": "disabled", "namespace": NAMESPACE}, [])
        elif rivals:
            said = f"conflicting NVIDIADriver NodeSelectors found for resource: {name_of(one)}"
            status = {"state": "notReady", "namespace": NAMESPACE}
            write(world, one, status, failed("ConflictingNodeSelector", said))
            kept.add(name_of(one))
        else:
            kept.add(name_of(one))
            _deploy(world, one)
    _remove(world, kept)


def _deploy(world: World, one: Manifest) -> None:
    daemonset = driver_of(one)
    found = world.get("DaemonSet", NAMESPACE, name_of(daemonset))
    if found is None:
        world.api.create(daemonset)
    state = found is not None and daemonset_ready(world, found)
    said = (
        ready("Reconciled", "All resources have been successfully reconciled")
        if state
        else failed("DriverNotReady", "Waiting for driver pod to be ready")
    )
    write(world, one, {"state": "ready" if state else "notReady", "namespace": NAMESPACE}, said)


def _remove(world: World, kept: set[str]) -> None:
    """Remove the DaemonSets of NVIDIADrivers that are not in force."""
    for daemonset in world.all("DaemonSet"):
        owners = items(daemonset, "metadata", "ownerReferences")
        names = {text(one, "name") for one in owners if text(one, "kind") == "NVIDIADriver"}
        if names and not names & kept:
            world.api.delete({"apiVersion": "apps/v1", "kind": "DaemonSet", **daemonset})


def _selected(world: World, one: Manifest) -> set[str]:
    selector = strings(one, "spec", "nodeSelector") or {PRESENT: "true"}
    nodes = (node for node in world.all("Node") if has_label(node, PRESENT))
    return {
        name_of(node)
        for node in nodes
        if all(has_label(node, key, value) for key, value in selector.items())
    }
