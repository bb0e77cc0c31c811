"""What joins the answers of several clusters: edges between them, by the names they go by here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from clusterwright.agents.diagnose.gather import Answered
from clusterwright.tools.finding import Edge, Relation

if TYPE_CHECKING:
    from clusterwright.tools.ref import Ref


def named_elsewhere(answers: Iterable[Answered]) -> list[str]:
    """Return the clusters that edges come from and that are not among those that answered."""
    there = {one.cluster for one in answers}
    named = (edge.source_cluster for one in answers for edge in one.relations)
    return sorted({name for name in named if name and name not in there})


def joined(answers: Sequence[Answered], aliases: Mapping[str, str]) -> list[Answered]:
    """Return the answers with each cluster by one name, and with the way from machines to Nodes.

    A management cluster tells which Node came of which Machine. A Machine is as well as its Node,
    so that the way back leads from it, and from the pool that owns it, to the Node.
    """
    renamed = [replace(one, relations=_renamed(one.relations, aliases)) for one in answers]
    back: dict[str, list[Relation]] = defaultdict(list)
    for one in renamed:
        for cluster, edge in _turned(one):
            back[cluster].append(edge)
    first = {one.cluster: i for i, one in reversed(list(enumerate(renamed)))}
    return [
        replace(one, relations=(*one.relations, *back[one.cluster]))
        if first[one.cluster] == i
        else one
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
    """Yield, for the cluster that a Node is in, the edges to it from its Machine and its pool."""
    owners: dict[Ref, list[Ref]] = defaultdict(list)
    for one in answer.relations:
        if one.edge is Edge.OWNED_BY and not one.source_cluster:
            owners[one.source].append(one.target)
    for one in answer.relations:
        if one.edge is Edge.PROVISIONED_BY and one.source_cluster:
            for source in (one.target, *owners[one.target]):
                yield (
                    one.source_cluster,
                    Relation(
                        source=source,
                        edge=Edge.ABOUT,
                        target=one.source,
                        source_cluster=answer.cluster,
                    ),
                )
