"""The pod templates of a namespace by their labels: which carry a selector, and which nearly do."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from clusterwright.tools.ref import Ref

_COMMON = 50
"""A label that so many workloads share hardly tells which of them was meant."""

_Labelled = tuple[Ref, dict[str, str]]


class Templates:
    """An index, so that a thousand Services are compared with a thousand workloads in no time."""

    def __init__(self, templates: Iterable[_Labelled]) -> None:
        """Index the templates; their order is kept."""
        self._all = list(templates)
        self._by_pair: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._by_value: dict[str, list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for i, (ref, labels) in enumerate(self._all):
            self._by_name[ref.name].append(i)
            for pair in labels.items():
                self._by_pair[pair].append(i)
            for value in set(labels.values()):
                self._by_value[value].append(i)

    def carry(self, wanted: Mapping[str, str]) -> bool:
        """Return whether a template carries all of the labels."""
        lists = [self._by_pair.get(pair, ()) for pair in wanted.items()]
        rarest = min(lists, key=len) if lists else range(len(self._all))
        return any(wanted.items() <= self._all[i][1].items() for i in rarest)

    def like(self, name: str, wanted: Mapping[str, str]) -> Iterator[_Labelled]:
        """Yield the templates that have the name, one of the labels, or one of their values.

        Of those that share a common label only the first ones, beside those that share more.
        """
        found = set(self._by_name.get(name, ())[:_COMMON])
        for value in wanted.values():  # a label that is equal has an equal value
            found.update(self._by_value.get(value, ())[:_COMMON])
        for i in sorted(found):
            yield self._all[i]
