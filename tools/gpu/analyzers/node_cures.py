"""What repairs a node by what runs there: empty it, start an operand again."""

from collections.abc import Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import ask
from clusterwright.tools.gpu.analyzers.about import Cure
from clusterwright.tools.gpu.changes.clients import clients_on
from clusterwright.tools.gpu.changes.place import where_to
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.ref import Ref

MOST = 10
"""Nodes for which one remedy holds changes."""
_SHOWN = 3
"""Pods that are told with where they could go."""


def keep_off(node: Ref) -> Cure:
    """Return the change that keeps new pods off a node, which repairs nothing by itself."""
    change = {"kind": "cordon", "node": node.name}
    return Cure(f"Keep new pods off {node.name} until then", (change,), certain=False)


def take_out(estate: Estate, node: Ref) -> Cure:
    """Return that a node is emptied, which lets somebody reset or replace a device of it.

    Whether what runs there may move is asked, with where each pod that has a device could go.
    """
    clients = clients_on(estate, node.name)
    told = [f"{one.line()} {where_to(estate, one.pod).say}" for one in clients[:_SHOWN]]
    more = f" and {len(clients) - _SHOWN} more" if len(clients) > _SHOWN else ""
    who = "; ".join(told) + more if told else "nobody has a device there"
    consent = ask(f"{node.name}, if what runs there may move: {who}")
    say = f"Empty {node.name}, so that the device can be reset or replaced"
    return Cure(say, ({"kind": "drain", "node": consent},))


def restarted(nodes: Sequence[Ref], operand: str, say: str, *, certain: bool = True) -> Cure:
    """Return that an operand's pod on each of some nodes is made anew."""
    changes = tuple(
        {"kind": "restart_operand", "node": one.name, "operand": operand} for one in nodes[:MOST]
    )
    return Cure(say, changes, certain)


def restarted_when_empty(estate: Estate, node: Ref, operand: str, say: str) -> Cure:
    """Return that who uses a node's devices is moved, and the operand then started again.

    Whether they may be moved is asked.
    """
    users = few([one.line() for one in clients_on(estate, node.name)], 2)
    consent = ask(f"{node.name}, if {users} may be moved")
    change = {"kind": "restart_operand", "node": consent, "operand": operand, "evict": True}
    return Cure(say, (change,))
