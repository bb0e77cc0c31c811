"""What to do next about a root cause: the repair, and how to see more of the object."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from clusterwright.agents.diagnose.diagnosis import NextStep
from clusterwright.agents.diagnose.kinds import IN_PROMETHEUS
from clusterwright.tools.finding import Finding
from clusterwright.tools.ref import Ref

_KUBERNETES = "k8s_describe"
"""The tool whose objects kubectl describes as well."""
_NO_CONTEXT = frozenset({"", "in-cluster"})
"""Names of a cluster that are no context of a kubeconfig."""
WORKLOAD_CLUSTER = "capi:"
"""How the name of a cluster begins whose kubeconfig its management cluster keeps."""
_RELEASE = "HelmRelease"
"""Of no group: a release of Helm, which no API server knows. Flux has a kind of that name."""

_ALERT = "Alert"


@dataclass(frozen=True, slots=True)
class NextSteps:
    """Spells next steps: with the tool that describes a cluster's objects, and kubectl's flags."""

    describers: Mapping[str, str] = field(default_factory=dict[str, str])
    """The describing tool of each cluster, by the cluster's name; "" if there is none."""
    kubeconfig: str = ""
    """A kubeconfig that kubectl has to be told of; "" is the one it takes by itself."""

    def after(self, finding: Finding, cluster: str) -> NextStep:
        """Return what to do about a finding in a cluster."""
        describer = self.describers.get(cluster, "")
        known = describer == _KUBERNETES and not cluster.startswith(WORKLOAD_CLUSTER)
        where = cluster if len(self.describers) > 1 else ""
        return NextStep(
            fix=finding.fixes[0] if finding.fixes else "",
            call=_call(describer, finding.subject, where) if describer else "",
            shell=self._shell(finding.subject, cluster) if known and _is_object(finding) else "",
            command=f"clusterwright explain {finding.code}",
        )

    def _shell(self, subject: Ref, cluster: str) -> str:
        """Return the command that shows an object; all is quoted, whoever named the object.

        It names its cluster: the context that kubectl takes by default may be another by then.
        """
        where = ["-n", subject.namespace] if subject.namespace else []
        if is_release(subject):
            flags = flags_of(cluster, self.kubeconfig, "--kube-context")
            return shlex.join(["helm", *flags, "history", *where, subject.name])
        flags = flags_of(cluster, self.kubeconfig)
        what = [*where, f"{_kind(subject).lower()}/{subject.name}"]
        return shlex.join(["kubectl", *flags, "describe", *what])


def flags_of(cluster: str, kubeconfig: str, option: str = "--context") -> list[str]:
    """Return what tells a program which cluster is meant; helm has another option for it."""
    config = ["--kubeconfig", kubeconfig] if kubeconfig else []
    return [*config, *([option, cluster] if cluster not in _NO_CONTEXT else [])]


def _call(tool: str, subject: Ref, cluster: str) -> str:
    """Return the tool call that shows more of an object, as an MCP client would make it.

    It names the cluster where there are several.
    """
    if subject.kind in IN_PROMETHEUS:
        return ""
    arguments = {"kind": _kind(subject), "name": subject.name, "namespace": subject.namespace}
    if subject.kind == _ALERT:
        tool, arguments = "prom_alerts", {"alert": subject.name}
    elif is_release(subject):
        tool, arguments = "helm_get_release", {"name": f"{subject.namespace}/{subject.name}"}
    arguments["cluster"] = cluster
    return f"{tool}({', '.join(f'{k}={v!r}' for k, v in arguments.items() if v)})"


def _is_object(finding: Finding) -> bool:
    return finding.subject.kind not in {_ALERT, *IN_PROMETHEUS}


def _kind(subject: Ref) -> str:
    return subject.kind_key


def is_release(subject: Ref) -> bool:
    """Return whether an object is a release of Helm, and none of Flux."""
    return subject.kind == _RELEASE and not subject.group
