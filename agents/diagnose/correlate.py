"""From answers to a diagnosis: pure, and the same bytes for the same input."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from clusterwright.agents.diagnose.alike import merged
from clusterwright.agents.diagnose.diagnosis import (
    Certainty,
    Diagnosis,
    Link,
    RootCause,
    Source,
    Symptom,
    Verdict,
    broken,
    named,
    touched,
)
from clusterwright.agents.diagnose.fold import Fold, fold
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.diagnose.graph import Explanation, Graph, Located, explanations
from clusterwright.agents.diagnose.identity import identified
from clusterwright.agents.diagnose.next_step import NextSteps
from clusterwright.agents.diagnose.rules import SYMPTOMS
from clusterwright.agents.problems import SUFFIX
from clusterwright.tools.coverage import Gap
from clusterwright.tools.finding import EventEvidence, Finding, worst

_MOST_LINKS = 8
"""Direct causes of a finding that are told: what crashes for want of one Service may call many."""
_MOST_SYMPTOMS = 50
"""Symptoms that a root lists which another one lists as well: a mesh has roots times symptoms."""
_NEVER = datetime.max.replace(tzinfo=UTC)


_Ways = Mapping[int, tuple[int, Explanation]]
"""What explains a finding directly, by the position of the cause: its place among all, and how."""


def correlate(answers: Sequence[Answered], *, kubeconfig: str = "") -> Diagnosis:
    """Return the root causes of all findings, worst first, with their symptoms under them.

    `kubeconfig` is what the commands to type name; "" is the one that kubectl takes by itself.
    """
    findings = _distinct(answers)
    graph = Graph()
    for answer in answers:
        graph.add(answer.cluster, answer.relations)
        for finding in sorted(answer.findings, key=_key):
            graph.add(answer.cluster, finding.relations)
    why, names = explanations(graph, findings), _Names(findings)
    folds = fold([{one.cause for one in some} for some in why])
    describers = {a.cluster: _describer(a) for a in reversed(answers) if not a.failed}
    steps = NextSteps(describers, kubeconfig)
    blind = any(a.failed for a in answers)
    unread = _unread(answers)
    ways = [{one.cause: (n, one) for n, one in enumerate(some)} for some in why]
    roots = [_root(one, names, ways, steps, unread) for one in _listed(folds, names)]
    seen = any(_saw(a) for a in answers)
    return Diagnosis(
        verdict=_verdict(wrong=broken(roots), seen=seen and not blind),
        complete=all(a.coverage.complete and not a.failed for a in answers) and bool(answers),
        root_causes=tuple(identified(merged(sorted(roots, key=_rank)))),
        sources=tuple(_source(a) for a in answers),
    )


def _verdict(*, wrong: bool, seen: bool) -> Verdict:
    """Return what can be said: nothing is healthy for a server that could not be asked."""
    if wrong:
        return Verdict.PROBLEMS
    return Verdict.HEALTHY if seen else Verdict.UNKNOWN


def _hides(gap: Gap) -> bool:
    """Tell whether a gap may hide the cause of another object: one that names objects does not."""
    return "/" not in gap.what


def _unread(answers: Sequence[Answered]) -> dict[str, tuple[str, ...]]:
    """Return what could not be read and may hold the cause of something, for each cluster.

    What a server would have told that did not answer may be in any of them, but where it was asked
    for one of several.
    """
    failed = [one for one in answers if one.failed]
    found: dict[str, dict[str, None]] = {}
    for cluster in dict.fromkeys(one.cluster for one in answers):
        here = (one for one in failed if one.cluster in {"", cluster})
        found[cluster] = dict.fromkeys(gap.what for one in here for gap in one.coverage.gaps)
    for one in answers:
        found[one.cluster] |= dict.fromkeys(g.what for g in one.coverage.gaps if _hides(g))
    return {cluster: tuple(whats) for cluster, whats in found.items()}


def _saw(answer: Answered) -> bool:
    """Tell whether a server read anything: one that was forbidden everything answers too."""
    return not answer.failed and bool(answer.coverage.checked or not answer.coverage.gaps)


def _distinct(answers: Iterable[Answered]) -> list[Located]:
    """Return each finding once, in an order of its own: two servers may see the same cluster."""
    found: dict[tuple[str, str, str, str], Located] = {}
    for answer in answers:
        for finding in answer.findings:
            found.setdefault((answer.cluster, *_key(finding)), Located(answer.cluster, finding))
    return [found[key] for key in sorted(found)]


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.code, str(finding.subject), finding.title


class _Names:
    """Findings, and what tells each from all others."""

    def __init__(self, findings: Sequence[Located]) -> None:
        """Take the findings in their order; of equal ones, each is another twin."""
        self.findings = findings
        self._several = len({one.cluster for one in findings}) > 1
        met: Counter[tuple[str, str, str]] = Counter()
        self._twins: list[int] = []
        for one in findings:
            key = (one.cluster, one.finding.code, str(one.finding.subject))
            met[key] += 1
            self._twins.append(met[key])
        heaviest = sorted(range(len(findings)), key=lambda i: (*_weight(findings[i]), i))
        self._weights = {position: place for place, position in enumerate(heaviest)}

    def name(self, position: int) -> str:
        """Return a name that people can read."""
        one, twin = self.findings[position], self._twins[position]
        where = f" in {one.cluster}" if self._several and one.cluster else ""
        number = f" ({twin})" if twin > 1 else ""
        return f"{named(one.finding.code, one.finding.subject)}{where}{number}"

    def weight(self, position: int) -> int:
        """Return what findings of one root are ordered by."""
        return self._weights[position]


def _listed(folds: Sequence[Fold], names: _Names) -> Iterator[tuple[Fold, int]]:
    """Yield roots with the symptoms that each lists, worst first, and how many it does not.

    Each symptom is listed once at least: what a root leaves out is under another one.
    """
    placed: set[int] = set()
    for one in folds:
        symptoms = sorted(one.symptoms, key=names.weight)
        listed = [i for n, i in enumerate(symptoms) if n < _MOST_SYMPTOMS or i not in placed]
        placed.update(listed)
        yield Fold(one.roots, tuple(listed)), len(symptoms) - len(listed)


def _root(
    listed: tuple[Fold, int],
    names: _Names,
    ways: Sequence[_Ways],
    steps: NextSteps,
    unread: dict[str, tuple[str, ...]],
) -> RootCause:
    folded, more_symptoms = listed
    first, *rest = sorted(folded.roots, key=names.weight)
    head = names.findings[first]
    finding = head.finding
    all_found = [names.findings[i].finding for i in (first, *rest, *folded.symptoms)]
    blocked = unread.get(head.cluster, ()) if finding.code in SYMPTOMS else ()
    return RootCause(
        name=names.name(first),
        cluster=head.cluster,
        code=finding.code,
        severity=worst(f.severity for f in all_found),
        own_severity=finding.severity,
        certainty=_certainty(finding),
        subject=finding.subject,
        title=finding.title,
        evidence=finding.evidence,
        since=finding.since,
        members=finding.members,
        more_members=finding.more_members,
        times=1,
        circle=tuple(_symptom(names, i, head.cluster) for i in rest),
        symptoms=tuple(_symptom(names, i, head.cluster) for i in folded.symptoms),
        more_symptoms=more_symptoms,
        links=_links(folded, names, ways),
        deepest_visible=bool(blocked),
        unread=blocked,
        next=steps.after(finding, head.cluster),
    )


def _links(folded: Fold, names: _Names, ways: Sequence[_Ways]) -> tuple[Link, ...]:
    """Return the direct explanations between the findings of a root, effects in their order.

    Of a great many of one effect, those by a root and the nearest ones.
    """
    inside, roots = {*folded.roots, *folded.symptoms}, set(folded.roots)
    return tuple(
        Link(
            effect=names.name(effect),
            cause=names.name(one.cause),
            because=one.rule.because,
            path=one.path,
        )
        for effect in sorted(inside, key=names.weight)
        for one in _nearest([ways[effect][i] for i in ways[effect].keys() & inside], roots)
    )


def _nearest(causes: list[tuple[int, Explanation]], roots: set[int]) -> list[Explanation]:
    """Return so many of the direct causes of a finding, in their order: roots, then the nearest."""
    best = sorted(causes, key=lambda one: (one[1].cause not in roots, len(one[1].path), one[0]))
    return [one for _, one in sorted(best[:_MOST_LINKS], key=lambda one: one[0])]


def _symptom(names: _Names, position: int, beside: str) -> Symptom:
    one = names.findings[position]
    finding = one.finding
    return Symptom(
        name=names.name(position),
        cluster="" if one.cluster == beside else one.cluster,
        code=finding.code,
        severity=finding.severity,
        subject=finding.subject,
        title=finding.title,
        members=finding.members,
        more_members=finding.more_members,
    )


def _describer(answer: Answered) -> str:
    name = answer.tool.removesuffix(SUFFIX) + "_describe"
    return name if name in answer.offers else ""


def _source(answer: Answered) -> Source:
    return Source(
        server=answer.server,
        tool=answer.tool,
        cluster=answer.cluster,
        answered=not answer.failed,
        checked=dict(sorted(answer.coverage.checked.items())),
        gaps=answer.coverage.gaps,
    )


def _certainty(finding: Finding) -> Certainty:
    only_events = all(isinstance(one, EventEvidence) for one in finding.evidence)
    return Certainty.LIKELY if only_events or finding.concluded else Certainty.PROVEN


def _weight(one: Located) -> tuple[int, int, float, str, str]:
    finding = one.finding
    return (
        finding.severity.rank,
        -len(finding.members) - finding.more_members,
        (finding.since or _NEVER).timestamp(),
        finding.code,
        str(finding.subject),
    )


def _rank(root: RootCause) -> tuple[int, int, int, float, str, str, str, str]:
    """Order roots: severity, evidence class, blast radius, age, and then names, never chance."""
    more = root.more_symptoms + sum(one.more_members for one in (root, *root.folded))
    return (
        root.severity.rank,
        tuple(Certainty).index(root.certainty),
        -len(touched(root)) - more,
        (root.since or _NEVER).timestamp(),
        root.cluster,
        root.code,
        str(root.subject),
        root.title,
    )
