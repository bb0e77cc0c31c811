"""The answer of gpu_inventory: accelerators by product, then by node as far as there is room."""

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import Answer, columns
from clusterwright.tools.coverage import Gap
from clusterwright.tools.gpu.unread import told


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class ResourceRow(_Frozen):
    """What the nodes of a product have of a resource."""

    resource: str
    capacity: int
    physical: int | None = Field(default=None, description="Devices behind it, if pods share them.")
    allocatable: int
    requested: int | None = Field(default=None, description="Absent: pods could not be read.")
    free: int | None = Field(default=None, description="On nodes that take further pods.")
    withheld: int | None = Field(default=None, description="Free on nodes that take none.")
    largest: int | None = Field(default=None, description="The most that one pod can still have.")
    nodes_by_free: dict[str, int] | None = Field(default=None, description="Free devices: nodes.")


class ProductRow(_Frozen):
    """The nodes of one product."""

    product: str
    vendor: str
    nodes: int
    broken: int | None = None
    closed: int | None = Field(default=None, description="Not ready or cordoned.")
    memory_mib: int | None = Field(default=None, description="Of a device.")
    resources: tuple[ResourceRow, ...]
    mig: dict[str, int] | None = Field(default=None, description="Nodes by layout and state.")
    sharing: dict[str, int] | None = Field(default=None, description="Nodes by how they share.")
    workloads: dict[str, int] | None = Field(
        default=None, description="Nodes for virtual machines, by how these get devices."
    )
    dra: tuple[int, int, int] | None = Field(
        default=None, description="Devices of ResourceSlices: all, claimed, tainted."
    )


class NodeRow(_Frozen):
    """One node."""

    node: str
    product: str | None = Field(default=None, description="Absent: the only one, or as labelled.")
    broken: str | None = Field(default=None, description="Code of its first broken stage.")
    closed: str | None = None
    has: dict[str, tuple[int, ...]] = Field(
        description="Capacity, allocatable, requested and free by resource."
    )
    mig: str | None = None
    sharing: str | None = None
    workload: str | None = Field(
        default=None, description="Absent: its devices are for containers."
    )
    dra: tuple[int, int, int] | None = None


class Inventory(Answer):
    """Accelerators of a cluster."""

    total: int = Field(description="Nodes with accelerators that were asked for.")
    of: int | None = Field(default=None, description="All with accelerators, if these are some.")
    broken: dict[str, int] = Field(description="Nodes by the code of the first broken stage.")
    simulated: int | None = Field(default=None, description="Nodes without real hardware.")
    products: tuple[ProductRow, ...] = ()
    more_products: int | None = None
    nodes: tuple[NodeRow, ...] = Field(default=(), description="Broken ones first.")
    there: tuple[str, ...] = Field(default=(), description="What there is, if none was meant.")
    gaps: tuple[Gap, ...] = ()
    next_cursor: str | None = None

    def render(self) -> str:
        """Return what is broken, the products with what is left, and the nodes."""
        lines = [self._headline()]
        lines += [f"! not known: {line}" for line in told(self.gaps)]
        lines += [f"there are {one}" for one in self.there]
        if self.broken:
            each = ", ".join(f"{n} {code}" for code, n in self.broken.items())
            lines.append(f"! broken at their first stage: {each} (gpu_describe_node tells why)")
        if self.products:
            lines.append(columns(_HEAD, [row for one in self.products for row in _rows(one)]))
            lines += [line for one in self.products for line in _asides(one)]
        if self.more_products:
            lines.append(f"{self.more_products} more products left out: pass product or limit")
        if self.nodes:
            rows, several = [_node(one) for one in self.nodes], any(n.product for n in self.nodes)
            kept = rows if several else [(row[0], *row[2:]) for row in rows]
            head = _NODE_HEAD if several else (_NODE_HEAD[0], *_NODE_HEAD[2:])
            lines.append(columns(head, kept))
        if self.next_cursor:
            lines.append(
                f"{len(self.nodes)} nodes of {self.total} shown; more: cursor={self.next_cursor}"
            )
        return "\n".join(lines)

    def _headline(self) -> str:
        unread = {one.what for one in self.gaps}
        if "Node" in unread:
            return f"How many nodes with accelerators {self.cluster} has is not known"
        broken, some = sum(self.broken.values()), str(self.total)
        if self.of is not None:
            some = f"{self.total} of {self.of}"
        nodes = f"node{'s' * ((self.of or self.total) != 1)}"
        said = f"{some} {nodes} with accelerators on {self.cluster}: "
        if unread & {"Pod", "DaemonSet"}:
            said += f"{broken} broken as far as it is known" if broken else "broken ones not known"
        else:
            said += f"{broken} broken"
        return f"{said}, {self.simulated} simulated" if self.simulated else said


_HEAD = (
    *("product", "nodes", "resource", "capacity", "allocatable", "requested", "free"),
    *("largest", "nodes by free"),
)
_NODE_HEAD = ("node", "product", "capacity/allocatable/requested/free", "stands")


def _rows(of: ProductRow) -> list[tuple[str, ...]]:
    told = [f"{of.product} ({of.vendor})", str(of.nodes)]
    rows: list[tuple[str, ...]] = []
    for one in of.resources:
        scattered = (one.nodes_by_free or {}).items()
        rows.append(
            (
                *(told if not rows else ("", "")),
                f"{one.resource}, {one.physical} shared" if one.physical else one.resource,
                *(str(one.capacity), str(one.allocatable), _number(one.requested)),
                *(_number(one.free), _number(one.largest)),
                " ".join(f"{k}:{n}" for k, n in scattered),
            )
        )
    return rows or [(*told, "none", *[""] * 6)]


def _number(value: int | None) -> str:
    return "?" if value is None else str(value)


def _asides(of: ProductRow) -> list[str]:
    parts = [
        f"{of.broken} broken" if of.broken else "",
        f"{of.closed} not ready or cordoned" if of.closed else "",
        *(f"{one.withheld} free {one.resource} withheld" for one in of.resources if one.withheld),
        f"{of.memory_mib} MiB each" if of.memory_mib else "",
        f"MIG {_counts(of.mig)}" if of.mig else "",
        f"shared {_counts(of.sharing)}" if of.sharing else "",
        f"for virtual machines: {_counts(of.workloads)}" if of.workloads else "",
        "DRA {} devices, {} claimed, {} tainted".format(*of.dra) if of.dra else "",
    ]
    said = "; ".join(one for one in parts if one)
    return [f"{of.product}: {said}"] if said else []


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{key} on {n}" for key, n in counts.items())


def _node(one: NodeRow) -> tuple[str, ...]:
    has = ", ".join(f"{'/'.join(map(str, n))} {key}" for key, n in one.has.items())
    stands = [one.broken, one.closed, one.mig and f"MIG {one.mig}", one.sharing]
    stands.append(one.workload)
    stands += ["DRA {}/{}/{}".format(*one.dra)] if one.dra else []
    return one.node, one.product or "", has or "none", " ".join(s for s in stands if s)
