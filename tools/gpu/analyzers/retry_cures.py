"""Another attempt of what has failed on a node: a driver's upgrade, a MIG layout.

It is sure only where nothing is known that would make it fail again, and where nobody loses a
device by it; else whether it may be is asked.
"""

from collections.abc import Iterator, Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import ask
from clusterwright.tools.gpu.analyzers.about import Cure, cure
from clusterwright.tools.gpu.analyzers.node_cures import MOST, restarted, restarted_when_empty
from clusterwright.tools.gpu.changes.clients import clients_on
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.funnel import Stage
from clusterwright.tools.gpu.hardware.products import find
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.manifest import condition


def upgrade(estate: Estate, nodes: Sequence[GpuNode], stage: Stage) -> Iterator[Cure]:
    """Yield another attempt where the old driver still works: the upgrade gave up before it went.

    A driver that does not come up fails again for what it failed for (k8s-operator-libs,
    pkg/upgrade: a pod that is of the newest revision is not restarted, only looked at).
    """
    first, amd = nodes[0].ref.name, nodes[0].vendor is Vendor.AMD
    changes = tuple({"kind": "retry_upgrade", "node": one.ref.name} for one in nodes[:MOST])
    pod = estate.get(stage.ref) if stage.ref else None
    works = not amd and condition(pod or {}, "Ready").get("status") == "True"
    users = few([one.line() for node in nodes for one in clients_on(estate, node.ref.name)], 2)
    repair = Cure("Repair what the upgrade failed for: its log, a drain that does not end")
    if works and not users:
        say = "Have the driver's upgrade tried again: nothing uses the GPUs now"
        yield Cure(say, changes)
        return
    yield repair
    if works:
        consent = ask(f"{first}, if {users} may be ended for it")
        yield cure("Have the driver's upgrade tried again", "retry_upgrade", node=consent)
    elif not amd:
        yield Cure("Then have the driver's upgrade tried again", changes, certain=False)


def layout(estate: Estate, nodes: Sequence[GpuNode], _stage: Stage) -> Iterator[Cure]:
    """Yield another attempt at a layout that the GPUs can have; else the question for one."""
    first = nodes[0]
    product = find(first.model) if first.model else None
    geometry = product.geometry if product else None
    profile = first.mig_config.removeprefix("all-")
    can = geometry is not None and geometry.profile(profile) is not None
    sound = can or profile == "disabled"
    foreign = "g." in profile and geometry is not None and not sound
    near = geometry.nearest(profile) if geometry and foreign else ()
    as_in = f", as all-{near[0]}" if near else ""
    config = ask(f"a MIG layout that {first.model or 'the product'} can have{as_in}")
    users = [one.line() for one in clients_on(estate, first.ref.name)]
    if users and not foreign:
        say = f"End what uses its GPUs ({few(users, 2)}), then have the layout tried again"
        yield restarted_when_empty(estate, first.ref, "mig-manager", say)
    elif sound:
        say = "Have the layout tried again, which the GPUs can have: nothing uses them now"
        yield restarted([one.ref for one in nodes], "mig-manager", say)
    yield cure("Set a layout that the GPUs can have", "set_mig", node=first.ref.name, config=config)
    if not users and not sound:
        yield Cure("If the layout is right, have it tried again: restart_operand mig-manager")
