"""The first objection on each node, equal ones told together."""

from collections.abc import Iterator, Sequence

from clusterwright.tools.gpu.fit.answer import Objection
from clusterwright.tools.gpu.fit.node_info import NodeInfo
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.gpu.fit.verdict import Verdict

_NAMES = 3
_GROUPS = 10
"""Lines before nodes are told together whatever it is that they have or lack."""


def objections(verdict: Verdict, nodes: Sequence[NodeInfo]) -> Iterator[Objection]:
    """Yield each first objection with its nodes: in the scheduler's order, equal ones together."""
    by_name = {node.name: node for node in nodes}
    grouped: dict[tuple[Plugin, str, str], list[tuple[NodeInfo, Rejection]]] = {}
    details = len({(one.plugin, one.detail) for one in verdict.nodes.values() if one})
    for name, one in verdict.nodes.items():
        if one is not None:
            apart = one.detail if details <= _GROUPS else ""
            if one.plugin is Plugin.NODE_RESOURCES_FIT:
                apart = one.detail if one.detail.startswith("no ") else ""
            key = (one.plugin, ", ".join(one.reasons), apart)
            grouped.setdefault(key, []).append((by_name[name], one))
    order = list(Plugin)
    for (plugin, said, _), alike in sorted(
        grouped.items(), key=lambda one: (order.index(one[0][0]), -len(one[1]))
    ):
        details = list(dict.fromkeys(one.detail for _, one in alike))
        more = f", ... ({len(details)} ways)" if len(details) > 1 else ""
        yield Objection(
            count=len(alike),
            nodes=tuple(node.name for node, _ in alike[:_NAMES]),
            plugin=plugin,
            said=said,
            detail=details[0] + more,
        )
