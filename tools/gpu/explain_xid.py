"""The tool that explains XIDs: what they mean, whose fault, what to do in which order."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import BUDGET, Answer, longest
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.gpu.hardware.products import all_called, find, is_amd, nearest
from clusterwright.tools.gpu.xid_advice import Needs, entry, needs, steps
from clusterwright.tools.gpu.xid_context import catalogue_product, notes, ranked
from clusterwright.tools.gpu.xid_log import Reported, read, switches
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.quotation import quoted
from clusterwright.tools.tool import Effect, Tool
from clusterwright.tools.xid import UNKNOWN, Xid

_FORMAT = "NVRM: Xid (PCI:0000:3b:00): 79, pid=1234, name=python, ..."


class ExplainedXid(BaseModel):
    """One XID, of all GPUs that reported it."""

    model_config = ConfigDict(frozen=True)

    xid: int
    means: str
    fault: str = Field(description="Where the cause lies, so far as the number tells.")
    reported: str | None = Field(default=None, description="What the lines say besides.")
    steps: tuple[str, ...] = Field(description="What to do, in this order.")
    check: tuple[str, ...] = Field(default=(), description="What to look at next.")
    catalogue: str | None = Field(default=None, description="NVIDIA's action now, and later.")
    needs: Needs = "action"


class XidExplanation(Answer):
    """XIDs, those to act on first."""

    product: str | None = None
    xids: tuple[ExplainedXid, ...]
    notes: tuple[str, ...] = Field(default=(), description="What they mean together.")
    left_out: int = 0

    def render(self) -> str:
        """Return a few lines for each, what they mean together first."""
        lines = [*self.notes]
        for one in self.xids:
            at = f" ({one.reported})" if one.reported else ""
            lines.append(f"XID {one.xid}{at}: {one.means}")
            needs = f"; needs {one.needs}" if one.needs != "action" else ""
            says = f"; NVIDIA: {one.catalogue}" if one.catalogue else ""
            lines.append(f"  fault: {one.fault}{needs}{says}")
            lines += [f"  {place}. {step}" for place, step in enumerate(one.steps, 1)]
            if one.check:
                lines.append(f"  check: {'; '.join(one.check)}")
        if self.left_out:
            lines.append(f"{self.left_out} more: give fewer at once")
        return "\n".join(lines)


async def gpu_explain_xid(
    clusters: Clusters,
    xids: Annotated[
        list[Annotated[int, Field(ge=1, le=9999)]] | None,
        Field(max_length=16, description="Numbers."),
    ] = None,
    log: Annotated[
        str | None, Field(max_length=20_000, description="Or kernel log lines (NVRM: Xid ...).")
    ] = None,
    product: Annotated[
        str | None, Field(max_length=100, description="As in nvidia.com/gpu.product.")
    ] = None,
) -> XidExplanation:
    """Explain NVIDIA XID errors: meaning, whose fault, what to do in which order, what is harmless.

    Reads no cluster; gpu_describe_node tells what a node says.
    """
    del clusters  # the table is the same for every cluster
    if product and is_amd(product):
        raise InvalidInputError(
            f"GPUs of AMD, as {one_line(product, 60)!r}, report no XIDs",
            hint="read the kernel's log of the node for `amdgpu` (GPU reset, RAS, ring timeout)",
        )
    found = [*map(Reported, dict.fromkeys(xids or ())), *read(log or "")]
    switched = switches(log or "")
    if not found:
        raise _nothing(log, switched)
    every = ranked(found)
    told = (*_unknown_product(product), *_switch_notes(switched), *notes(found))
    return longest(partial(_answer, every, product, told), len(every), BUDGET)


TOOL = Tool(gpu_explain_xid, Effect.READ, "Explain XID errors")


def _answer(
    every: Sequence[Sequence[Reported]], product: str | None, told: tuple[str, ...], count: int
) -> XidExplanation:
    model, letter = find(product) if product else None, catalogue_product(product)
    return XidExplanation(
        cluster="",
        product=model.name if model else None,
        xids=tuple(_explained(ones, letter) for ones in every[:count]),
        notes=told,
        left_out=len(every) - count,
    )


def _nothing(log: str | None, switched: Sequence[int]) -> InvalidInputError:
    if switched:
        numbers = ", ".join(map(str, switched))
        return InvalidInputError(
            f"SXID {numbers} is an NVSwitch's, not a GPU's",
            hint="look it up in NVIDIA's Fabric Manager User Guide; give XIDs of the GPUs here",
        )
    said = f"no XID in {one_line(log, 80)!r}" if log else "neither `xids` nor `log` was given"
    return InvalidInputError(said, hint=f"give numbers as `xids`, or lines as `log`: {_FORMAT}")


def _unknown_product(product: str | None) -> Iterator[str]:
    if product and not all_called(product):
        near = ", ".join(nearest(product))
        meant = f"; nearest: {near}" if near else ""
        yield f"{quoted(one_line(product, 60))} is no product known here{meant}"


def _switch_notes(switched: Sequence[int]) -> Iterator[str]:
    if switched:
        numbers = ", ".join(map(str, switched[:5]))
        yield f"SXID {numbers} is an NVSwitch's: see NVIDIA's Fabric Manager User Guide"


def _explained(ones: Sequence[Reported], product: str) -> ExplainedXid:
    one = ones[0]
    xid = entry(one)
    return ExplainedXid(
        xid=one.number,
        means=xid.means,
        fault=xid.fault.value,
        reported="; ".join(_reported(ones)) or None,
        steps=tuple(steps(one)),
        check=tuple(_checks(xid, product)),
        catalogue=_catalogue(xid),
        needs=needs(one),
    )


def _reported(ones: Sequence[Reported]) -> Iterator[str]:
    if gpus := _distinct(one.gpu for one in ones):
        yield f"GPU {few(gpus, 4)}"
    if pids := _distinct(str(one.pid) for one in ones if one.pid is not None):
        yield f"process {few(pids, 4)}"
    if names := _distinct(one.process for one in ones):
        yield f"that calls itself {few([quoted(name) for name in names], 2)}"
    if links := _distinct(one.link for one in ones):
        yield f"{few(links, 4)}: {'fatal' if ones[0].fatal else 'not fatal'}"


def _distinct(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, words)))


def _checks(xid: Xid, product: str) -> Iterator[str]:
    yield from xid.check
    if product and product not in xid.on and xid is not UNKNOWN:
        yield "the number: NVIDIA's catalogue says that this product does not report it"


def _catalogue(xid: Xid) -> str | None:
    later = f", then {xid.later}" if xid.later and xid.later != xid.action else ""
    return f"{xid.action}{later}" if xid.action else None
