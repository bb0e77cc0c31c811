"""Compare what was reported with what is true; pure, so that the judge itself can be tested."""

from collections.abc import Sequence
from dataclasses import dataclass

from clusterwright.deploy.sandbox.scenario.model import Truth
from clusterwright.tools.finding import Finding


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


def tells(finding: Finding, truth: Truth) -> bool:
    """Return whether a finding is this truth: its code, on its subject or with it as a member."""
    return finding.code == truth.code and _is_on(finding, truth)


def _is_on(finding: Finding, truth: Truth) -> bool:
    return truth.subject in {finding.subject, *finding.members}


def _allowed(finding: Finding, truth: Truth) -> bool:
    if tells(finding, truth) or finding.subject in truth.symptoms:
        return True
    return finding.code in truth.also_allowed and _is_on(finding, truth)
