"""Other wishes for pods that wait: what their workload's template is to ask for instead.

Which it is to be is for whoever wrote the pods to say: another resource or product is other
hardware, of another price. What there is stands in the question.
"""

from collections.abc import Iterator, Mapping, Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import ask
from clusterwright.tools.gpu.analyzers.about import PLAN, Cure, elsewhere
from clusterwright.tools.gpu.analyzers.waiting import Waiting
from clusterwright.tools.gpu.changes.machine_of import capacity_change
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.remedies.remedy import in_template, patch
from clusterwright.tools.manifest import Json, Manifest, items, mapping, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

_SCALED = frozenset({"Deployment", "StatefulSet"})
_SHOWN = 6
_MOST_HOLDERS = 2


def other_resource(one: Waiting, resource: str, say: str, known: Sequence[str]) -> Cure:
    """Return that the pods ask for another resource, of those that there are."""
    container, path = _asking(one.case, resource)
    field = in_template(one.case.subject, path)
    if field is None:
        return Cure(say)
    there = few([word(each) for each in known], _SHOWN) or "nodes offer none"
    wanted = ask(f"the resource to ask for in place of {word(resource)}; there is {there}")
    told = _renamed(mapping(container, "resources"), resource, wanted)
    return elsewhere(say, PLAN, patch(one.case.subject, {field: told}))


def other_amount(case: Case, resource: str, say: str, amount: Json) -> Cure:
    """Return that the pods ask for another amount of a resource: a number, or a question."""
    container, path = _asking(case, resource)
    field = in_template(case.subject, path)
    if field is None:
        return Cure(say)
    told = {f"{field}.limits['{resource}']": amount}
    if resource in mapping(container, "resources", "requests"):  # which has to be the same
        told[f"{field}.requests['{resource}']"] = amount
    return elsewhere(say, PLAN, patch(case.subject, told))


def other_field(subject: Ref, path: str, say: str, question: str) -> Cure:
    """Return another value of a field of a workload's pods, that is to be told."""
    field = in_template(subject, path)
    if field is None:
        return Cure(say)
    return elsewhere(say, PLAN, patch(subject, {field: ask(question)}))


def fewer_holders(resource: str, held: Mapping[Ref, int]) -> Iterator[Cure]:
    """Yield that those who hold most of a resource give some of it back."""
    scaled = [(ref, n) for ref, n in held.items() if ref.kind in _SCALED and not ref.group]
    for ref, count in scaled[:_MOST_HOLDERS]:
        left = ask(f"how many replicas of {ref} may stay; it holds {count} {word(resource)}")
        change: Manifest = {"kind": "scale", "object": str(ref), "replicas": left}
        yield elsewhere(f"Have {ref} give devices back", PLAN, change)


def more_nodes(nodes: Sequence[GpuNode]) -> Iterator[Cure]:
    """Yield that Cluster API makes more nodes like the first of some that it has made."""
    found = ((one, capacity_change(one)) for one in nodes)
    one, change = next((pair for pair in found if pair[1]), (None, None))
    if one is not None and change is not None:
        wanted = ask(f"how many machines pool {word(text(change, 'pool'))} is to have, one more?")
        say = f"Have more nodes like {one.ref.name}, which Cluster API makes"
        yield elsewhere(say, "capi_plan_change", {**change, "replicas": wanted})


def _asking(case: Case, resource: str) -> tuple[Manifest, str]:
    """Return the container that asks for a resource, and where its resources stand."""
    for field in ("containers", "initContainers"):
        for container in items(case.pod, "spec", field):
            if resource in mapping(container, "resources", "limits"):
                name = text(container, "name")
                return container, f"$.spec.{field}[?(@.name=='{name}')].resources"
    return {}, ""


def _renamed(resources: Manifest, old: str, new: str) -> Manifest:
    return {
        key: {new if name == old else name: n for name, n in mapping(resources, key).items()}
        if key in {"limits", "requests"}
        else value
        for key, value in resources.items()
    }
