"""Containers that the kernel killed for their memory."""

from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.crash_loop import recovered
from clusterwright.tools.kubernetes.analyzers.pod import Container
from clusterwright.tools.manifest import text

CODE = "pod/out-of-memory"


def suspect(case: Case, container: Container) -> Finding | None:
    """Return a finding when the container's last end was an OOM kill that still matters."""
    ended = container.terminated
    if text(ended, "reason") != "OOMKilled" or recovered(case, container):
        return None
    limit = text(container.spec, "resources", "limits", "memory")
    path = f"{container.spec_path}.resources.limits.memory"
    if not limit and (limit := text(case.pod, "spec", "resources", "limits", "memory")):
        path = "$.spec.resources.limits.memory"
    sentence = (
        f'Container "{container.name}" was killed for using more memory than its limit of {limit}'
        if limit
        else f'Container "{container.name}", which has no memory limit, was killed for memory:'
        " the node had none left"
    )
    fix = (
        f'Raise the memory limit of container "{container.name}" above {limit},'
        " or make it use less."
        if limit
        else f'Give container "{container.name}" a memory request and limit that fit its use.'
    )
    evidence = [case.field(container.path(container.ended_in, "terminated", "reason"), "OOMKilled")]
    if limit:
        evidence.append(case.field(path, limit))
    return case.finding(
        CODE, sentence, tuple(evidence), fixes=(fix,), since=case.failing_since(ended)
    )
