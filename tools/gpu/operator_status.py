"""The tool that tells what the GPU operators say of themselves, and what that is worth."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from anyio import to_thread
from pydantic import Field

from clusterwright.tools.answer import BUDGET, CAP, Answer, columns, longest
from clusterwright.tools.coverage import Gap
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.excerpt import few
from clusterwright.tools.gpu.analyzers.operator_state import OPERATORS
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.operator_rows import (
    OperandRow,
    OperatorRow,
    operand_rows,
    operator_rows,
)
from clusterwright.tools.gpu.read import read_estate
from clusterwright.tools.gpu.unread import OPERATED, told, unread
from clusterwright.tools.gpu.workload import CONTAINER
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.listing import count
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.kubernetes.state import state_of
from clusterwright.tools.manifest import Manifest, labels_of, name_of, namespace_of
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

_MOST = 12
"""Objects of operators that are told; there is one, or one for each kind of node."""
_FEW = 3
"""DaemonSets that are named of those that pass for operands."""
_CONTROLLERS = ("gpu-operator", "amd-gpu-operator", "node-feature-discovery", "kmm")
"""What the Deployments of the operators, and of those that they need, are called in part."""
_THEIR_HOMES = frozenset(
    {
        *("node-feature-discovery", "openshift-nfd"),
        *("kmm-operator-system", "openshift-kmm"),
    }
)
"""Where those that they need are at home, beside the operators' own namespaces."""


class OperatorStatus(Answer):
    """What the GPU operators of a cluster say."""

    nodes: dict[str, int] = Field(description="Nodes with accelerators, by vendor.")
    operators: tuple[OperatorRow, ...] = Field(default=(), description="Those in trouble first.")
    more_operators: int | None = Field(default=None, description="Left out, all less in trouble.")
    controllers: dict[str, str] = Field(
        default_factory=dict, description="Deployments of the operators that are not ready."
    )
    driver_upgrades: dict[str, int] = Field(default_factory=dict, description="Nodes by state.")
    mig: dict[str, int] = Field(default_factory=dict, description="Nodes by state of a layout.")
    workloads: dict[str, int] = Field(
        default_factory=dict,
        description="Nodes by whom devices are for, if not all for containers.",
    )
    total: int = Field(description="DaemonSets of operands.")
    operands: tuple[OperandRow, ...] = Field(default=(), description="Those in trouble first.")
    not_operands: str | None = Field(
        default=None, description="DaemonSets that are only called like operands."
    )
    gaps: tuple[Gap, ...] = ()
    next_cursor: str | None = None

    def render(self) -> str:
        """Return what operators say, what contradicts it, and their operands."""
        vendors = ", ".join(f"{n} {vendor}" for vendor, n in self.nodes.items())
        lines = [f"GPU operators on {self.cluster}; nodes with accelerators: {vendors or 'none'}"]
        lines += [f"! not known: {line}" for line in told(self.gaps)]
        lines += [line for one in self.operators for line in one.lines()]
        if self.more_operators:
            lines.append(f"{self.more_operators} more left out: k8s_list tells them by kind")
        elif not self.operators and not {one.what for one in self.gaps} & set(OPERATORS):
            lines.append("No ClusterPolicy, NVIDIADriver, GPUCluster or DeviceConfig.")
        lines += [f"! Deployment {key} is {said}" for key, said in self.controllers.items()]
        counts = {"driver upgrades": self.driver_upgrades, "MIG": self.mig, "for": self.workloads}
        for what, found in counts.items():
            if found:
                lines.append(f"{what}: " + ", ".join(f"{n} {key}" for key, n in found.items()))
        lines += [columns(_HEAD, [_cells(one) for one in self.operands])] if self.operands else []
        if self.not_operands:
            said = "not known as the operators', only called like their operands"
            lines.append(f"{said}, and passed over: {self.not_operands}")
        if self.next_cursor:
            shown = f"{len(self.operands)} of {self.total} DaemonSets shown"
            lines.append(f"{shown}; more: cursor={self.next_cursor}")
        return "\n".join(lines)


_HEAD = ("operand", "daemonset", "ready", "note")


def _cells(one: OperandRow) -> tuple[str, ...]:
    notes = [
        one.note or "",
        f"{one.updated} up to date" if one.updated is not None else "",
        f"broken on {one.broken} node{'s' * (one.broken > 1)}" if one.broken else "",
    ]
    note = "; ".join(said for said in notes if said)
    place = f"{one.daemonset.namespace}/{one.daemonset.name}"
    return one.operand, place, f"{one.ready}/{one.desired}", note


async def gpu_operator_status(
    clusters: Clusters,
    limit: Annotated[int | None, Field(ge=1, le=200, description="DaemonSets at most.")] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> OperatorStatus:
    """Tell what the GPU operators of NVIDIA and AMD say, with their operands.

    A ready that means nothing is told as such, and of duplicates which one counts.
    """
    connection = await clusters.connect(cluster)
    own = question(connection.cluster)
    asked, *after = decode("gpu-operators", cursor, str, int, str) if cursor else ("", -1, "")
    if cursor and asked != own:
        raise foreign(cursor)
    estate = await read_estate(connection, more=("Deployment",))

    def made() -> OperatorStatus:
        return status_of(estate, own, (int(after[0]), str(after[1])), limit)

    return await to_thread.run_sync(made)


TOOL = Tool(gpu_operator_status, Effect.READ, "Status of GPU operators")


def status_of(
    estate: Estate, own: str, after: tuple[int, str], limit: int | None
) -> OperatorStatus:
    """Return what has room of it, after a key: all of it on the first page, then operands."""
    every = operand_rows(estate)
    rest = [one for one in every if one.key > after]
    whole = _whole(estate, len(every), told=after[0] < 0)

    def first(n: int) -> OperatorStatus:
        shown = tuple(rest[:n])
        more = encode("gpu-operators", own, *shown[-1].key) if n < len(rest) and shown else None
        return whole.model_copy(update={"operands": shown, "next_cursor": more})

    most = min(limit or len(rest), len(rest))
    return longest(first, most, CAP if limit else BUDGET)


def _whole(estate: Estate, total: int, *, told: bool) -> OperatorStatus:
    """Return what is told of the operators themselves; a further page has that behind it."""
    vendors = Counter(str(one.vendor) for one in estate.nodes)
    upgrades = [one.upgrade_state for one in estate.nodes]
    rows = operator_rows(estate) if told else ()
    layouts = [one.mig_state for one in estate.nodes if one.mig_config]
    workloads = [one.workload for one in estate.nodes]
    return OperatorStatus(
        cluster=estate.cluster,
        nodes=dict(vendors.most_common()),
        operators=tuple(rows[:_MOST]),
        more_operators=max(0, len(rows) - _MOST) or None,
        controllers=_unready(estate) if told else {},
        driver_upgrades=_counted(upgrades) if told else {},
        mig=_counted(layouts) if told else {},
        workloads=_counted(workloads) if told and set(workloads) - {CONTAINER} else {},
        total=total,
        not_operands=_passing(estate) if told else None,
        gaps=unread(estate, OPERATED),
    )


def _passing(estate: Estate) -> str | None:
    refs = sorted(str(Ref.of(one)) for one, _ in estate.ownership.claimed)
    return few(refs, _FEW) or None


def _counted(states: Sequence[str]) -> dict[str, int]:
    return count([word(one) for one in states])


def _unready(estate: Estate) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in filter(_is_controller, estate.of_kind("Deployment")):
        state = state_of(one, estate.now)
        home = namespace_of(one) in _THEIR_HOMES or estate.is_home(namespace_of(one))
        if home and not state.well:
            found[str(Ref.of(one))] = state.text
    return found


def _is_controller(deployment: Manifest) -> bool:
    names = (name_of(deployment), labels_of(deployment).get("app.kubernetes.io/name", ""))
    return any(one in name for one in _CONTROLLERS for name in names)
