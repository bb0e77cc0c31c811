"""Which candidates have series for a subject: few queries for all of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.prometheus.result import Result
from clusterwright.tools.prometheus.signal.candidate import Candidate
from clusterwright.tools.prometheus.signal.subject import Scheme, Subject

_BRANCH = "branch"
_LONGEST = 3_000
"""Characters of a query, of which a URL spells many as three."""
Found = Mapping[tuple[Scheme, str], Mapping[str, int]]
"""Series of each metric, by how they name the subject and what else was asked of them."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """The queries, and how to read what they give together."""

    queries: tuple[str, ...]
    """Each fits into a URL: whoever may only get from a backend may not post to it."""
    branches: tuple[tuple[Scheme, str], ...]

    def read(self, result: Result) -> Found:
        """Return what exists."""
        found: defaultdict[tuple[Scheme, str], dict[str, int]] = defaultdict(dict)
        for one in result.series:
            number = one.labels.get(_BRANCH, "")
            if number.isdigit() and int(number) < len(self.branches) and one.values:
                branch = self.branches[int(number)]
                found[branch][one.labels.get("__name__", "")] = int(one.values[-1])
        return found


def discover(subject: Subject, candidates: Sequence[Candidate], within: str = "") -> Discovery:
    """Return the question which metrics there are.

    Args:
        subject: what they are about.
        candidates: those whose metrics are looked for.
        within: a length of time, for series that ended within it; by default those of now.
    """
    names: defaultdict[tuple[Scheme, str], set[str]] = defaultdict(set)
    for one in candidates:
        for scheme in one.schemes:
            if subject.matchers(scheme) is not None:
                names[scheme, one.where].add(one.needs[0])
                names[scheme, ""].update(one.needs[1:])
    branches = tuple(branch for branch, wanted in names.items() if wanted)
    parts: list[str] = []
    for number, (scheme, where) in enumerate(branches):
        matchers = [f'__name__=~"{"|".join(sorted(names[scheme, where]))}"']
        matchers += [subject.matchers(scheme) or "", *([where] if where else [])]
        series = f"{{{','.join(matchers)}}}"
        series = f"last_over_time({series}[{within}])" if within else series
        counted = f"count by (__name__) ({series})"
        parts.append(f'label_replace({counted}, "{_BRANCH}", "{number}", "", "")')
    return Discovery(tuple(_joined(parts)), branches)


def _joined(parts: Sequence[str]) -> Iterator[str]:
    """Yield queries of bounded length, unless one part alone is longer."""
    batch = ""
    for part in parts:
        if batch and len(batch) + len(part) > _LONGEST:
            yield batch
            batch = ""
        batch = f"{batch}\nor {part}" if batch else part
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate that has series, and how these name the subject."""

    candidate: Candidate
    scheme: Scheme
    series: int
    """How many the query reads."""


def choose(candidates: Sequence[Candidate], found: Found) -> tuple[Chosen, ...]:
    """Return for each slot the first candidate whose metrics all exist."""
    chosen: dict[tuple[str, str], Chosen] = {}
    for one in candidates:
        slot = (one.signal, one.slot)
        if slot in chosen:
            continue
        for scheme in one.schemes:
            series = found.get((scheme, one.where), {}).get(one.needs[0], 0)
            others = [found.get((scheme, ""), {}).get(name, 0) for name in one.needs[1:]]
            if series and all(others):
                chosen[slot] = Chosen(one, scheme, series + sum(others))
                break
    return tuple(chosen.values())
