"""A pod under suspicion: builds findings about it with the right subject and severity."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from clusterwright.tools.finding import Evidence, FieldEvidence, Finding, Relation
from clusterwright.tools.kubernetes.analyzers.pod import (
    events_of,
    message_of,
    severity_of,
    title,
    workload_of,
)
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

    @cached_property
    def unready_since(self) -> datetime | None:
        """Since when the pod is not ready; None when it is, or is not judged yet."""
        ready = condition(self.pod, "Ready")
        return instant(ready, "lastTransitionTime") if ready.get("status") == "False" else None

    def failing_since(self, ended: Manifest) -> datetime | None:
        """Return when the kubelet first had to wait before a restart, or what comes nearest.

        Each restart renews the end of the last run, and the readiness of a pod that is well
        between two of them; the events of one back-off keep the time of their first.
        """
        told = [
            instant(event, "firstTimestamp")
            for event in events_of(self.snapshot, self.ref, "BackOff")
            if message_of(event).startswith("Back-off restarting")
        ]
        known = [one for one in (*told, self.unready_since) if one is not None]
        return min(known, default=instant(ended, "finishedAt"))

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
        """Return a finding about the pod's workload.

        It dates from `since`, else from when the pod was no longer ready, else from its creation.
        """
        return Finding(
            code=code,
            severity=severity_of(self.snapshot, self.subject),
            subject=self.subject,
            title=title(sentence),
            evidence=evidence,
            since=since or self.unready_since or instant(self.pod, "metadata", "creationTimestamp"),
            members=(self.ref,),
            relations=relations,
            fixes=fixes,
        )
