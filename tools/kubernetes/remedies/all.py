"""Which remedies there are for a finding, by its code; a code without any needs a person."""

from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.remedies import (
    admission,
    budgets,
    controllers,
    network,
    probes,
    references,
    revisions,
    scheduling,
    services,
)
from clusterwright.tools.kubernetes.remedies.remedy import Remedies
from clusterwright.tools.snapshot import Snapshot

REMEDIES: dict[str, Remedies] = {
    "service/selector-mismatch": services.selector,
    "service/target-port-mismatch": services.target_port,
    "ingress/service-missing": services.ingress_service,
    "ingress/port-missing": services.ingress_port,
    "pod/liveness-probe-failing": probes.probe_port,
    "pod/readiness-probe-failing": probes.probe_port,
    "pod/configmap-missing": references.config_map,
    "pod/configmap-key-missing": references.config_map_key,
    "pod/secret-missing": references.secret,
    "pod/secret-key-missing": references.secret_key,
    "pod/image-not-found": revisions.earlier_revision,
    "pod/image-pull-denied": revisions.earlier_revision,
    "pod/image-name-invalid": revisions.earlier_revision,
    "pod/command-not-found": revisions.earlier_revision,
    "pod/crash-loop": revisions.earlier_revision,
    "pod/node-selector-unmatched": scheduling.node_selector,
    "pod/untolerated-taint": scheduling.toleration,
    "pod/out-of-memory": controllers.memory,
    "pdb/blocks-drain": budgets.one_more,
    "workload/service-account-missing": admission.service_account,
    "workload/pod-security-violated": admission.pod_security,
    "workload/quota-exceeded": admission.quota,
    "workload/limit-range-violated": admission.limit_range,
    "hpa/target-missing": controllers.scale_target,
    "statefulset/rollout-blocked": controllers.blocking_pod,
    "object/finalizer-stuck": controllers.finalizer,
    "networkpolicy/blocks-service": network.one_more_rule,
}


def with_remedies(finding: Finding, snapshot: Snapshot) -> Finding:
    """Return a finding with the changes that would repair it."""
    remedies = REMEDIES.get(finding.code)
    found = tuple(remedies(finding, snapshot)) if remedies else ()
    return finding.model_copy(update={"remedies": found}) if found else finding
