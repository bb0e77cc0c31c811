"""A pod under suspicion: builds findings about it with the right subject and severity."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from clusterwright.tools.finding import Evidence, FieldEvidence, Finding, Relation
from clusterwright.tools.kubernetes.analyzers.pod import severity_of, title, workload_of
from clusterwright.tools.manifest import Manifest, condition, instant
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


@dataclass(frozen=True)
class Case:
    """A pod and the snapshot that it is judged in."""

    snapshot: Snapshot
    pod: Manifest

    @cached_property
    def ref(self) -> Ref:
        """The pod."""
        return Ref.of(self.pod)

    @cached_property
    def subject(self) -> Ref:
        """The workload that the pod belongs to, or the pod."""
        return workload_of(self.snapshot, self.pod)

    def failing_since(self, ended: Manifest) -> datetime | None:
        """Return since when the pod is not ready, else when the run that `ended` tells of did.

        Each restart renews the end of the last run; what lasts is that the pod is not ready.
        """
        ready = condition(self.pod, "Ready")
        unready = instant(ready, "lastTransitionTime") if ready.get("status") == "False" else None
        return unready or instant(ended, "finishedAt")

    def field(self, path: str, value: str) -> FieldEvidence:
        """Return a field of the pod as evidence."""
        return FieldEvidence(ref=self.ref, path=path, value=value)

    def finding(
        self,
        code: str,
        sentence: str,
        evidence: tuple[Evidence, ...],
        *,
        fixes: tuple[str, ...] = (),
        relations: tuple[Relation, ...] = (),
        since: datetime | None = None,
    ) -> Finding:
        """Return a finding about the pod's workload; `since` defaults to the pod's creation."""
        return Finding(
            code=code,
            severity=severity_of(self.snapshot, self.subject),
            subject=self.subject,
            title=title(sentence),
            evidence=evidence,
            since=since or instant(self.pod, "metadata", "creationTimestamp"),
            members=(self.ref,),
            relations=relations,
            fixes=fixes,
        )
