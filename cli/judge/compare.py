"""Compare what was reported with what is true; pure, so that the judge itself can be tested."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from clusterwright.agents.report.evidence import evidence_line
from clusterwright.deploy.sandbox.scenario.play import Truth, same
from clusterwright.tools.finding import Evidence, Finding
from clusterwright.tools.ref import Ref


class Claim(Protocol):
    """What findings and root causes have in common: a code on an object, with evidence."""

    @property
    def code(self) -> str:
        """The finding code."""
        ...

    @property
    def subject(self) -> Ref:
        """The object that has it."""
        ...

    @property
    def members(self) -> tuple[Ref, ...]:
        """The objects that show it."""
        ...

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What proves it."""
        ...


@dataclass(frozen=True)
class Comparison:
    """Truths with the finding that tells them, truths nobody told, findings nobody asked for."""

    found: tuple[tuple[Truth, Finding], ...]
    missed: tuple[Truth, ...]
    wrong: tuple[Finding, ...]

    @property
    def right(self) -> bool:
        """Whether everything true was told, and nothing else."""
        return not self.missed and not self.wrong


def compare(truths: Sequence[Truth], findings: Sequence[Finding]) -> Comparison:
    """Return how findings meet truths; for a trap, or a healed fault, there are no truths.

    A finding outside the truth is wrong unless it is on a listed symptom, or says the same of the
    subject in one of the other codes that the truth allows.
    """
    found = [(truth, one) for truth in truths for one in findings if tells(one, truth)]
    told = [truth for truth, _ in found]
    return Comparison(
        found=tuple(found),
        missed=tuple(truth for truth in truths if truth not in told),
        wrong=tuple(one for one in findings if not any(_allowed(one, t) for t in truths)),
    )


def tells(claim: Claim, truth: Truth) -> bool:
    """Return whether a claim is this truth: code, subject, and the evidence that it must show."""
    shown = any(truth.evidence in evidence_line(one) for one in claim.evidence)
    return _is_about(claim, truth) and shown


def _is_about(claim: Claim, truth: Truth) -> bool:
    return claim.code == truth.code and _is_on(claim, truth)


def _is_on(claim: Claim, truth: Truth) -> bool:
    return any(same(truth.subject, one) for one in (claim.subject, *claim.members))


def _allowed(finding: Finding, truth: Truth) -> bool:
    if _is_about(finding, truth) or any(same(one, finding.subject) for one in truth.symptoms):
        return True
    return finding.code in truth.also_allowed and _is_on(finding, truth)
