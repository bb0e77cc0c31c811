"""Pods that admission refuses: what they name is made, what they lack is set, limits are asked."""

import re
from collections.abc import Iterator

from clusterwright.tools.finding import EventEvidence, FieldEvidence, Finding, Remedy, ask
from clusterwright.tools.kubernetes.remedies.remedy import in_template, patch
from clusterwright.tools.manifest import Json, items, mapping, text
from clusterwright.tools.snapshot import Snapshot

_ACCOUNT = re.compile(r'serviceaccount "([\w.-]{1,253})" not found', re.IGNORECASE)
_ASKED = re.compile(r"requested: (?P<asked>[^,]+(?:,[^,=]+=[^,]+)*), used")
_QUOTA = re.compile(r"exceeded quota: (?P<name>[\w.-]{1,253})")
_NEVER = ("host", "privileged", "procMount", "sysctls", "seLinux", "windows", "hostPath", "volume")
"""Violations that a pod has for a reason: taking them away may break it."""


def service_account(finding: Finding, _snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the ServiceAccount that the pods name: it has no rights until somebody grants some."""
    name = next((found[1] for one in _said(finding) if (found := _ACCOUNT.search(one))), "")
    if not name:
        return
    manifest = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": name, "namespace": finding.subject.namespace},
    }
    yield Remedy(
        say=f"create ServiceAccount {name}", changes=({"kind": "apply", "manifest": manifest},)
    )


def pod_security(finding: Finding, snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the settings that the level restricted asks for, where nothing else is wrong.

    The level itself is never lowered: it is there to keep just such pods out.
    """
    said = " ".join(_said(finding))
    workload = snapshot.get(finding.subject)
    base = in_template(finding.subject, "$.spec.containers")
    if workload is None or base is None:
        return
    if any(word in said for word in _NEVER):
        field = base.removesuffix(".containers") + ".securityContext"
        yield Remedy(
            say="keep to the pod security level",
            changes=(patch(finding.subject, {field: ask("how the pod can do without it")}),),
        )
        return
    fields: dict[str, Json] = {}
    template = mapping(workload, *base.split(".")[:-1])
    for group in ("initContainers", "containers"):
        for container in items(template, group):
            prefix = f"{base.removesuffix('containers')}{group}[name={text(container, 'name')}]"
            own = f"{prefix}.securityContext"
            if "allowPrivilegeEscalation" in said:
                fields[f"{own}.allowPrivilegeEscalation"] = False
            if "unrestricted capabilities" in said:
                fields[f"{own}.capabilities.drop"] = ["ALL"]
    pod = f"{base.removesuffix('.containers')}.securityContext"
    if "runAsNonRoot" in said:
        fields[f"{pod}.runAsNonRoot"] = True
    if "seccompProfile" in said:
        fields[f"{pod}.seccompProfile"] = {"type": "RuntimeDefault"}
    if fields:
        yield Remedy(
            say="give up what the pod security level forbids",
            changes=(patch(finding.subject, fields),),
        )


def quota(finding: Finding, _snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the question how much more a quota may allow: it is whoever set it who knows."""
    said = " ".join(_said(finding))
    found = _QUOTA.search(said)
    evidence = next((one for one in finding.evidence if isinstance(one, FieldEvidence)), None)
    name = found["name"] if found else ""
    if not name and evidence is not None and evidence.ref.kind == "ResourceQuota":
        name = evidence.ref.name
    if not name:
        return
    target = f"ResourceQuota/{finding.subject.namespace}/{name}"
    change = {
        "kind": "patch",
        "object": target,
        "set": {ask("which limit, as spec.hard.pods"): ask("how much the namespace may use")},
    }
    yield Remedy(say=f"allow more in {target}", changes=(change,))


def limit_range(finding: Finding, _snapshot: Snapshot) -> Iterator[Remedy]:
    """Yield the question what the pods need: less than they ask for, or a wider range."""
    field = in_template(finding.subject, "$.spec.containers")
    if field:
        said = ask("resources that the LimitRange allows and the program can live with")
        yield Remedy(
            say="ask for what the LimitRange allows",
            changes=(patch(finding.subject, {f"{field}[0].resources": said}),),
        )


def _said(finding: Finding) -> list[str]:
    return [
        one.message if isinstance(one, EventEvidence) else one.value
        for one in finding.evidence
        if isinstance(one, EventEvidence | FieldEvidence)
    ]
