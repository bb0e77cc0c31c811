"""What joins the answers of several clusters: edges between them, by the names they go by here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.diagnose.rules import RULES, belongs
from clusterwright.tools.finding import Edge, Finding, Relation
from clusterwright.tools.ref import Ref

_EXPLAIN_NODES = tuple(one.cause for one in RULES if Edge.PROVISIONED_BY in one.edges)
"""Families of what a Machine has, and its Node suffers from."""


def named_elsewhere(answers: Iterable[Answered]) -> list[str]:
    """Return the clusters that edges come from and that are not among those that answered."""
    there = {one.cluster for one in answers}
    named = (edge.source_cluster for one in answers for edge in one.relations)
    return sorted({name for name in named if name and name not in there})


def joined(answers: Sequence[Answered], aliases: Mapping[str, str]) -> list[Answered]:
    """Return the answers with each cluster by one name, and with the way from machines to Nodes.

    A management cluster tells which Node came of which Machine. A Machine is as well as its Node,
    so that a way leads back from it to the Node. None leads there from its pool: another finding of
    the pool is about other machines. For that reason too a Node hangs only on a Machine that is
    found to have what explains a Node: from any other the way would go on to the pool.
    """
    renamed = [replace(one, relations=_renamed(one.relations, aliases)) for one in answers]
    back: dict[str, list[Relation]] = defaultdict(list)
    for one in renamed:
        for cluster, edge in _turned(one):
            back[cluster].append(edge)
    first = {one.cluster: i for i, one in reversed(list(enumerate(renamed)))}
    return [
        replace(
            one,
            findings=_with_machines(one),
            relations=(*_leading(one), *(back[one.cluster] if first[one.cluster] == i else ())),
        )
        for i, one in enumerate(renamed)
    ]


def _renamed(relations: Iterable[Relation], aliases: Mapping[str, str]) -> tuple[Relation, ...]:
    return tuple(
        one.model_copy(update={"source_cluster": aliases[name]})
        if (name := one.source_cluster) and name in aliases
        else one
        for one in relations
    )


def _turned(answer: Answered) -> Iterator[tuple[str, Relation]]:
    """Yield, for the cluster that a Node is in, the edge to it from its Machine."""
    for one in answer.relations:
        if one.edge is Edge.PROVISIONED_BY and one.source_cluster:
            turned = Relation(
                source=one.target,
                edge=Edge.ABOUT,
                target=one.source,
                source_cluster=answer.cluster,
            )
            yield one.source_cluster, turned


def _with_machines(answer: Answered) -> tuple[Finding, ...]:
    """Return an answer's findings, each with all of its machines that a Node came of as members.

    An answer shows the first of a finding's members; its own edges to their pool name more.
    """
    came = {one.target for one in answer.relations if one.edge is Edge.PROVISIONED_BY}
    return tuple(_with(finding, came) for finding in answer.findings)


def _with(finding: Finding, machines: Set[Ref]) -> Finding:
    own = dict.fromkeys(one.source for one in _owned(finding) if one.target == finding.subject)
    more = [ref for ref in own if ref in machines and ref not in finding.members]
    if not more or not finding.members:
        return finding
    left = max(0, finding.more_members - len(more))
    return finding.model_copy(update={"members": (*finding.members, *more), "more_members": left})


def _owned(finding: Finding) -> list[Relation]:
    return [one for one in finding.relations if one.edge is Edge.OWNED_BY]


def _leading(answer: Answered) -> list[Relation]:
    """Return an answer's edges without those of Nodes to machines that explain none."""
    found = [f for f in answer.findings if any(belongs(f.code, one) for one in _EXPLAIN_NODES)]
    machines = {ref for one in found for ref in one.members}
    machines |= {edge.source for one in found for edge in _owned(one)}
    return [
        one
        for one in answer.relations
        if one.edge is not Edge.PROVISIONED_BY or one.target in machines
    ]
