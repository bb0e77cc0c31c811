"""A look at what is wrong: root causes, the findings behind them, and who can change what."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import (
    Diagnosis,
    Place,
    RootCause,
    Verdict,
    place,
    place_of,
)
from clusterwright.agents.diagnose.gather import Answered, gather
from clusterwright.agents.hub import Hub
from clusterwright.agents.problems import SUFFIX
from clusterwright.agents.remediate.hands import PLAN, Hands
from clusterwright.tools.coverage import Gap
from clusterwright.tools.finding import Finding, Remedy, Severity, worst
from clusterwright.tools.ref import Ref

_NUMBER = re.compile(r"\d+(?:[dhms](?![a-z]))?")
"""A count, or a length of time, as 45s, 3h, 1h30m."""
_OBJECT = re.compile(r"[A-Z][A-Za-z0-9]*(\.[a-z0-9.-]+)?/")
"""How the name of an object begins; a path of an API has no kind."""
_T = TypeVar("_T")


def mark(title: str) -> str:
    """Return a title without what may differ from one look to the next: an age, or a count."""
    return _NUMBER.sub("", title)


def nearest(alike: Sequence[_T], title: str, told: Callable[[_T], str]) -> _T | None:
    """Return the one that is told so, else one told so but for numbers, else the first, if any."""
    same = [one for one in alike if told(one) == title]
    same = same or [one for one in alike if mark(told(one)) == mark(title)]
    return next(iter(same or alike), None)


def _named(gap: Gap) -> set[str]:
    """Return the objects that a gap names."""
    return {one for one in gap.what.replace(",", " ").split() if _OBJECT.match(one)}


def _left_out(gap: Gap) -> str:
    """Return what a gap is about, however many it counts; each page, each object is another one."""
    return gap.what if gap.what.startswith("page ") or _named(gap) else mark(gap.what)


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at."""

    cluster: str | None = None
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A look at the cluster: root causes, and the findings behind them with their server."""

    diagnosis: Diagnosis
    answers: tuple[Answered, ...]
    at: datetime | None = None
    """When it was looked at."""

    def source(self, root: RootCause) -> tuple[Answered, Finding] | None:
        """Return the answer and the finding that a root cause is made of.

        A title may tell an age, and so differ from one look to the next: it only chooses between
        findings of one code about one object.
        """
        return self._finding(place_of(root), root.title)

    def sources(self, root: RootCause) -> Iterator[tuple[Answered, Finding]]:
        """Yield what a root cause is made of: its finding, then those of its circle."""
        if (head := self.source(root)) is not None:
            yield head
        for one in root.circle:
            if (other := self._finding(place(one, root), one.title)) is not None:
                yield other

    def _finding(self, at: Place, title: str) -> tuple[Answered, Finding] | None:
        return nearest(list(self._findings(at)), title, lambda found: found[1].title)

    def _findings(self, at: Place) -> Iterator[tuple[Answered, Finding]]:
        """Yield the findings of one code about one object, and who told them."""
        for answer in self.answers:
            for one in answer.findings:
                if (answer.cluster, one.code, one.subject) == at:
                    yield answer, one

    def titles(self, at: Place) -> set[str]:
        """Return how the findings of one code about one object are told."""
        return {one.title for _, one in self._findings(at)}

    def unseen(
        self, before: "Found", gone: AbstractSet[Place], about: Iterable[Ref] = ()
    ) -> list[str]:
        """Return why it can not be said that findings of an earlier look are gone.

        Whoever told of them has not answered now, or has left out what it read then. A gap that
        names objects is about these, and hides nothing unless one of them is asked `about`.
        """
        now = {(one.server, one.tool, one.cluster): one for one in self.answers if not one.failed}
        names = {str(ref) for ref in about}
        why: dict[str, None] = {}
        for then in before.answers:
            if gone.isdisjoint((then.cluster, one.code, one.subject) for one in then.findings):
                continue
            answer = now.get((then.server, then.tool, then.cluster))
            if answer is None:
                why[f"{then.tool} did not answer"] = None
                continue
            known = {_left_out(gap) for gap in then.coverage.gaps}
            for gap in answer.coverage.gaps:
                objects = _named(gap)
                of_others = objects and names.isdisjoint(objects)
                if _left_out(gap) not in known and not of_others:
                    why[f"{then.tool} left out {gap.what}: {gap.reason}"] = None
        return list(why)

    def silent(self) -> list[str]:
        """Return who did not answer."""
        return list(dict.fromkeys(one.tool or one.server for one in self.answers if one.failed))

    def unchecked(self) -> list[str]:
        """Return what was not looked at, and why: by whom did not answer, or else by anybody."""
        if not (blind := [one for one in self.answers if one.failed]):
            nothing = self.diagnosis.verdict is Verdict.UNKNOWN
            blind = list(self.answers) if nothing else []
        return [f"{gap.what}: {gap.reason}" for one in blind for gap in one.coverage.gaps]

    def hands(self, answer: Answered, remedy: Remedy) -> Hands | None:
        """Return who carries out a remedy of an answer; None if that server looks nowhere there."""
        if not remedy.tool:
            return Hands.of(answer)
        return self.hands_of(remedy.tool.removesuffix(PLAN), answer.cluster)

    def hands_of(self, prefix: str, cluster: str) -> Hands | None:
        """Return the server whose tools begin so and which looks at a cluster; None if none."""
        return next(
            (
                Hands(one.server, prefix)
                for one in self.answers
                if (one.tool, one.cluster) == (f"{prefix}{SUFFIX}", cluster)
            ),
            None,
        )

    def hands_by(self, server: str) -> Hands | None:
        """Return a server's tools for changes; None if it found nothing here."""
        told = (one for one in self.answers if one.server == server and one.tool)
        return next((Hands.of(one) for one in told), None)

    def severities(self) -> dict[Place, Severity]:
        """Return how much each finding hurts, by cluster, code and subject: the worst of equals."""
        found: dict[Place, Severity] = {}
        for answer in self.answers:
            for one in answer.findings:
                key = (answer.cluster, one.code, one.subject)
                found[key] = worst((found.get(key, one.severity), one.severity))
        return found

    def problems(self) -> set[tuple[str, Ref]]:
        """Return every finding that hurts, by code and subject."""
        return {
            (code, subject)
            for (_, code, subject), severity in self.severities().items()
            if severity is not Severity.INFO
        }


async def look(hub: Hub, scope: Scope, kubeconfig: str = "") -> Found:
    """Return what is wrong at this moment."""
    answers = await gather(hub, cluster=scope.cluster, namespace=scope.namespace)
    return Found(correlate(answers, kubeconfig=kubeconfig), tuple(answers), datetime.now(UTC))
