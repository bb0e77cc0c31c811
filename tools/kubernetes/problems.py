"""The answer of k8s_find_problems: causes with their evidence, and what was looked at."""

from pydantic import Field, SerializerFunctionWrapHandler, field_serializer

from clusterwright.tools.answer import Answer
from clusterwright.tools.coverage import Coverage
from clusterwright.tools.excerpt import one_line, shorten
from clusterwright.tools.finding import (
    EventEvidence,
    Finding,
    LogEvidence,
    Relation,
)
from clusterwright.tools.manifest import Manifest


class Problems(Answer):
    """One page of what is wrong, worst first."""

    total: int = Field(description="Findings in all, on this page or not.")
    findings: tuple[Finding, ...] = Field(default=(), description="Worst first.")
    relations: tuple[Relation, ...] = Field(default=(), description="Owners of what they touch.")
    coverage: Coverage
    next_cursor: str | None = Field(default=None, description="Continues; absent on the last page.")

    @field_serializer("findings", mode="wrap")
    def _without_empty(
        self, findings: tuple[Finding, ...], handler: SerializerFunctionWrapHandler
    ) -> list[Manifest]:
        shown: list[Manifest] = handler(findings)
        return [{k: v for k, v in one.items() if v} for one in shown]

    def render(self) -> str:
        """Return two to four lines for each finding, then what was checked and what was not."""
        return "\n".join(
            [self._headline(), *(self.lines(one) for one in self.findings), *self._footer()]
        )

    def _headline(self) -> str:
        if not self.total and not self.coverage.checked:
            return f"Nothing could be checked on {self.cluster}."
        if not self.total:
            scope = "in what was checked" if self.coverage.complete else "in what could be checked"
            return f"No problems found {scope} on {self.cluster}."
        some = f", {len(self.findings)} shown" if len(self.findings) < self.total else ""
        return f"{self.total} problem{'s' * (self.total > 1)} on {self.cluster}{some}:"

    def lines(self, finding: Finding) -> str:
        """Return the few lines that tell one finding."""
        affected = len(finding.members) + finding.more_members
        many = f" ({affected} objects)" if affected > 1 else ""
        since = f" since {finding.since:%m-%d %H:%M}Z" if finding.since else ""
        lines = [
            f"{finding.severity} {finding.code} {finding.subject}{many}{since}",
            f"  {one_line(finding.title)}",
        ]
        lines += [f"  | {proof}" for proof in _proofs(finding)[:1]]
        lines += [f"  fix: {one_line(finding.fixes[0])}"] if finding.fixes else []
        return "\n".join(lines)

    def _footer(self) -> list[str]:
        read = ", ".join(f"{n} {kind}" for kind, n in self.coverage.checked.items())
        lines = [f"Checked: {read or 'nothing'}."]
        for reason in dict.fromkeys(gap.reason for gap in self.coverage.gaps):
            kinds = ", ".join(gap.what for gap in self.coverage.gaps if gap.reason == reason)
            lines.append(f"Not checked: {kinds} ({reason})")
        if self.next_cursor:
            lines.append(f"More: cursor={self.next_cursor}")
        return lines


def _proofs(finding: Finding) -> list[str]:
    """Return what the cluster itself said, where the title does not quote it already."""
    said = [
        one.line if isinstance(one, LogEvidence) else one.message
        for one in finding.evidence
        if isinstance(one, LogEvidence | EventEvidence)
    ]
    return [shorten(one_line(one)) for one in said if one not in finding.title]
