"""What came of an incident: how a diagnosis meets its truth, from its roots to its symptoms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from clusterwright.agents.diagnose.diagnosis import Diagnosis, RootCause, Symptom, touched
from clusterwright.cli.judge.compare import tells
from clusterwright.cli.judge.trial import Trial
from clusterwright.deploy.sandbox.incident.compose import Composed, Standing
from clusterwright.deploy.sandbox.scenario.play import Truth
from clusterwright.tools.ref import Ref

_MADE = ("Pod", "ReplicaSet")
"""What controllers make, each under the name of what it is made for and a dash."""


@dataclass
class Outcome:
    """What came of one incident; filled in while it is judged."""

    composed: Composed
    developed: float | None = None
    """Seconds until its causes and its layers showed."""
    asked: int = 0
    """How often a diagnosis was asked for; all else is of the last one."""
    first_answer: bool | None = None
    """Whether the first answer that every server had a part in was right; None: there was none."""
    roots: tuple[str, ...] = ()
    """What the diagnosis named as root causes, in its order."""
    first_is_true: bool = False
    missed: tuple[Truth, ...] = ()
    """What is true and no root cause says."""
    wrong: tuple[RootCause, ...] = ()
    """Root causes that are nobody's truth: symptoms told as causes."""
    misfolded: tuple[str, ...] = ()
    """What was found on a layer and is not told as a symptom of the cause that it stands on."""
    silent: tuple[Standing, ...] = ()
    """Layers that a diagnosis must tell of, and of which nothing is under their cause."""
    unanswered: tuple[str, ...] = ()
    """Servers that did not answer."""
    ever_wrong: tuple[str, ...] = ()
    """All that was told as a cause and is none, also in answers before the last one."""
    healed: bool | None = None
    """Whether all came up once nothing but the causes was healed; None: not tried."""
    failure: str = ""
    """Why it could not be judged."""
    trials: list[Trial] = field(default_factory=list[Trial])

    @property
    def right(self) -> bool:
        """Whether causes and symptoms are told as they are, by all servers, and nothing else."""
        told = self.first_is_true and not self.missed and not self.wrong and self.folded
        return told and not self.unanswered and not self.failure and self.healed is not False

    @property
    def only_early(self) -> bool:
        """Whether the last answer would be right, had the symptoms that it must tell shown."""
        return bool(self.silent) and replace(self, silent=()).right

    @property
    def folded(self) -> bool:
        """Whether the symptoms that must be told are, and all are under their cause."""
        return not self.misfolded and not self.silent


def weigh(outcome: Outcome, found: Diagnosis) -> None:
    """Write down how a diagnosis meets the truth of an incident."""
    composed = outcome.composed
    roots = [one for one in found.root_causes if _touches(one, composed)]
    truths = composed.truth
    outcome.asked += 1
    outcome.unanswered = _unanswered(found)
    outcome.roots = tuple(f"{one.code} on {one.subject}" for one in roots)
    outcome.first_is_true = bool(roots) and any(tells(roots[0], one) for one in truths)
    outcome.missed = tuple(one for one in truths if not any(tells(x, one) for x in roots))
    outcome.wrong = tuple(one for one in roots if not any(tells(one, x) for x in truths))
    outcome.misfolded = tuple(x for one in composed.standings for x in _misfolded(one, roots))
    outcome.silent = tuple(one for one in composed.standings if _is_silent(one, roots))
    told = (f"{one.code} on {one.subject}" for one in outcome.wrong)
    outcome.ever_wrong = tuple(dict.fromkeys((*outcome.ever_wrong, *told)))
    if outcome.first_answer is None and not outcome.unanswered:
        outcome.first_answer = outcome.right


def _unanswered(found: Diagnosis) -> tuple[str, ...]:
    silent = tuple(one.server for one in found.sources if not one.answered)
    return silent if found.sources else ("any server",)


def _touches(root: RootCause, composed: Composed) -> bool:
    """Tell whether a root cause is about an incident: it is there, or what it explains is."""
    spaces = {one.namespace for one in composed.scenes}
    return len(composed.scenes) == 1 or any(ref.namespace in spaces for ref in touched(root))


def _own(standing: Standing, roots: Sequence[RootCause]) -> list[RootCause]:
    """Return the roots that tell the cause of a layer."""
    return [one for one in roots if any(tells(one, truth) for truth in standing.truths)]


def _misfolded(standing: Standing, roots: Sequence[RootCause]) -> Iterator[str]:
    """Yield what is found on a layer and folded under other roots than its cause's, and no more.

    A symptom of several causes is under each of them. A root cause that is on a layer is wrong,
    and counted as that.
    """
    folded = {_key(x) for one in _own(standing, roots) for x in one.folded}
    told: dict[tuple[str, Ref, str], None] = {}
    for one in roots:
        told |= dict.fromkeys(_key(x) for x in one.folded if _is_about(x, standing.objects))
    for code, subject, title in told:
        if (code, subject, title) not in folded:
            yield f"{code} on {subject}: {title}"


def _is_silent(standing: Standing, roots: Sequence[RootCause]) -> bool:
    """Tell whether nothing of a layer is under its cause, though it must be."""
    beneath = (x for one in _own(standing, roots) for x in one.folded)
    telling = standing.telling
    return bool(telling) and not any(_is_of(x.subject, telling) for x in beneath)


def _key(one: Symptom) -> tuple[str, Ref, str]:
    return one.code, one.subject, one.title


def _is_about(one: Symptom, objects: Sequence[Ref]) -> bool:
    """Tell whether a finding is about some objects: its subject is, or, as for an alert, all of it.

    Members of a subject that is among them say no more than the subject does.
    """
    if _is_of(one.subject, objects):
        return True
    return bool(one.members) and all(_is_of(ref, objects) for ref in one.members)


def _is_of(ref: Ref, objects: Sequence[Ref]) -> bool:
    """Tell whether an object is one of some, or was made by a controller for one of them."""
    return ref in objects or any(
        ref.kind in _MADE and ref.namespace == one.namespace and ref.name.startswith(f"{one.name}-")
        for one in objects
    )
