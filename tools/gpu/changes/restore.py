"""The way back of a node, with a look at who uses its GPUs, and at the MIG layout of before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, cast

from clusterwright.tools.diff import clean, same
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.field_path import MISSING, Path, put, read
from clusterwright.tools.gpu.changes.advertised import again
from clusterwright.tools.gpu.changes.clients import clients_on, named
from clusterwright.tools.gpu.changes.emptied import waiting
from clusterwright.tools.gpu.changes.mig_proof import CONFIG, SECONDS, STATE, proof, restoration
from clusterwright.tools.gpu.changes.node_change import NodeChange, estate_in
from clusterwright.tools.gpu.changes.sharing_config import LABEL as SHARING
from clusterwright.tools.gpu.changes.wait import MIG_DONE
from clusterwright.tools.gpu.changes.whose_label import takes_away
from clusterwright.tools.kubernetes.changes.inverse import Restore, path_of
from clusterwright.tools.kubernetes.changes.kind import existing
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.manifest import Json, Manifest, labels_of, mapping, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

_LABELS: Path = ("metadata", "labels")
_LAYOUT: Path = (*_LABELS, CONFIG)
_SHARING: Path = (*_LABELS, SHARING)
_CORDON: Path = ("spec", "unschedulable")


class RestoreNode(Restore):
    """Give fields their earlier values; a layout is made before the node takes pods again."""

    around: ClassVar[tuple[str, ...]] = NodeChange.around

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return the patch; where a cordon goes as well, after a layout is made.

        Raises RefusedError as any way back does, and where pods would lose their devices by it.
        """
        live = existing(scene, self.object)
        open_ = tuple(self._open(live))
        made = self.model_copy(update={"fields": open_})
        steps = super(RestoreNode, made).steps(scene)
        self._refuse_in_use(scene, live, open_)
        back = {path_of(one["path"]): one.get("before", MISSING) for one in open_}
        layout, known = back.get(_LAYOUT, MISSING), self.known or {}
        if _SHARING in back:
            return tuple(self._unshared(one, scene, mapping(known, "advertised")) for one in steps)
        if not steps or layout is MISSING:
            return steps
        was = text(known, "layout") == layout  # else nobody knows whether it can be made at all
        expected = restoration(known if was else {"layout": layout}, live)
        checks = (proof(self.object, expected),) if was else ()
        if _CORDON not in back:
            return tuple(replace(one, checks=(*one.checks, *checks)) for one in steps)
        split = put(live, _LAYOUT, layout)
        return tuple(_one_by_one(live, cast("Manifest", split), back, expected, checks))

    def _unshared(self, step: Step, scene: Scene, counts: Mapping[str, int]) -> Step:
        """Return a step after which devices are shared as before, with who has them meanwhile."""
        estate = estate_in(scene)
        clients, node = clients_on(estate, self.object.name), estate.node(self.object.name)
        risks = step.risks
        if clients and node is not None:
            used, would = sum(node.requested.values()), sum(counts.values())
            many = f"{used} are in use and there would be {would}" if counts else "in use"
            risk = Risk.HIGH if used > would else Risk.MEDIUM
            risks = (*(risks or ()), (risk, f"{many}: {named(clients)}"))
        checks = (again(self.object, counts),) if counts else ()
        return replace(step, checks=(*step.checks, *checks), risks=risks)

    def _open(self, live: Manifest) -> Iterator[Manifest]:
        """Yield the fields that are not back already, as after a way back that was cut short."""
        for one in self.fields:
            now = read(clean(live), path_of(one["path"]))
            if not same(now, one.get("before", MISSING)):
                yield one

    def _refuse_in_use(self, scene: Scene, live: Manifest, fields: Sequence[Manifest]) -> None:
        """Raise RefusedError where a label that comes back takes devices from pods."""
        labels = labels_of(live)
        taken = [label for label, value in _labels(fields) if _takes(label, value, labels)]
        clients = clients_on(estate_in(scene), self.object.name) if taken else []
        if clients:
            raise RefusedError(
                f"GPUs of {self.object} are in use by now, and {taken[0]} as it was before takes"
                f" them away: {named(clients)}",
                hint="wait until they end, or plan set_mig or restart_operand with evict=true",
            )


def _labels(fields: Sequence[Manifest]) -> Iterator[tuple[str, str | None]]:
    """Yield labels with what they are to be again; None: not there."""
    for one in fields:
        path = path_of(one["path"])
        if path[:2] == _LABELS and len(path) == len(_LAYOUT):
            yield str(path[-1]), one.get("before")


def _takes(label: str, value: str | None, labels: dict[str, str]) -> bool:
    """Return whether a label takes devices away; a layout does, if that which goes is in force."""
    if label == CONFIG:
        return labels.get(STATE) == "success"
    return takes_away(label, value, labels)


def _one_by_one(
    live: Manifest,
    split: Manifest,
    back: dict[Path, Json],
    expected: Manifest,
    checks: tuple[Check, ...],
) -> Iterator[Step]:
    """Yield the layout, a wait for it, and all else: pods that come before keep it from being made.

    A layout that cannot be made does not keep the node from pods: what is proven tells of it.
    """
    ref = Ref.of(live)
    first = patched(ref, live, split)
    if first is not None:
        yield replace(first, checks=(*first.checks, *checks))
    say = f"wait until the MIG manager of {ref} is done"
    body: Manifest = {"expected": expected, "anyway": True}
    yield waiting(say, ref, split, MIG_DONE, SECONDS, **body)
    whole: Json = split
    for path, value in back.items():
        whole = put(whole, path, value)
    last = patched(ref, split, cast("Manifest", whole))
    if last is not None:
        yield replace(last, follows=True)
