"""The catalogue of alerts: whole, well formed, and what the guide says."""

import ast
import re
from pathlib import Path

import pytest

from clusterwright.tools.explain import codes
from clusterwright.tools.prometheus.known_alerts import FAMILIES, KNOWN_ALERTS
from clusterwright.tools.prometheus.known_alerts.known_alert import KnownAlert
from clusterwright.tools.prometheus.known_alerts.page import page

ROOT = Path(__file__).parents[4]
MIXIN = """
KubePodCrashLooping KubePodNotReady KubeContainerWaiting KubeDeploymentGenerationMismatch
KubeDeploymentReplicasMismatch KubeDeploymentRolloutStuck KubeStatefulSetGenerationMismatch
KubeStatefulSetReplicasMismatch KubeStatefulSetUpdateNotRolledOut KubeDaemonSetRolloutStuck
KubeDaemonSetNotScheduled KubeDaemonSetMisScheduled KubeJobNotCompleted KubeJobFailed
KubeHpaReplicasMismatch KubeHpaMaxedOut KubePdbNotEnoughHealthyPods KubeCPUOvercommit
KubeMemoryOvercommit KubeCPUQuotaOvercommit KubeMemoryQuotaOvercommit KubeQuotaAlmostFull
KubeQuotaFullyUsed KubeQuotaExceeded CPUThrottlingHigh KubePersistentVolumeFillingUp
KubePersistentVolumeInodesFillingUp KubePersistentVolumeErrors KubeNodeNotReady KubeNodePressure
KubeNodeUnreachable KubeNodeReadinessFlapping KubeNodeEviction KubeletTooManyPods
KubeletPlegDurationHigh KubeletPodStartUpLatencyHigh KubeletClientCertificateExpiration
KubeletServerCertificateExpiration KubeletClientCertificateRenewalErrors
KubeletServerCertificateRenewalErrors KubeletDown KubeVersionMismatch KubeClientErrors
KubeClientCertificateExpiration KubeAPIErrorBudgetBurn KubeAPITerminatedRequests
KubeAggregatedAPIErrors KubeAggregatedAPIDown
"""
"""All of kubernetes-mixin at aa38e2b, but for those that tell the absence of a component."""
EVERY = [one for family in FAMILIES.values() for one in family]


def test_all_alerts_of_kubernetes_mixin_are_known() -> None:
    names = MIXIN.split()
    assert len(names) == 48
    assert set(names) <= KNOWN_ALERTS.keys()


def test_no_alert_is_told_twice() -> None:
    assert len(EVERY) == len(KNOWN_ALERTS)


def test_each_family_is_a_file_and_each_file_a_family() -> None:
    folder = ROOT / "tools/prometheus/known_alerts"
    files = [one for one in folder.glob("*.py") if "ALERTS = (" in one.read_text(encoding="utf-8")]
    told = sum(
        isinstance(node, ast.Call) and getattr(node.func, "id", "") == "KnownAlert"
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    )
    assert (len(files), told) == (len(FAMILIES), len(KNOWN_ALERTS))


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
def test_an_entry_is_short_and_says_what_to_do(one: KnownAlert) -> None:
    assert one.means.endswith(".")
    assert one.check.endswith(".")
    assert len(one.means) <= 120
    assert len(one.check) <= 120
    assert one.causes
    assert set(one.codes) <= set(codes())
    assert all(re.fullmatch(r"[a-z_]+", label) for label in one.subject)
    assert not one.runbook or re.fullmatch(r"[a-z-]+/[A-Za-z]+", one.runbook)


def test_a_runbook_is_a_page_of_its_own_site() -> None:
    link = KNOWN_ALERTS["KubePodCrashLooping"].link
    assert (
        link == "https://runbooks.prometheus-operator.dev/runbooks/kubernetes/kubepodcrashlooping"
    )
    assert KNOWN_ALERTS["KubeDeploymentRolloutStuck"].link == ""


def test_only_what_fires_by_design_is_healthy() -> None:
    assert {one.name for one in EVERY if one.healthy} == {"Watchdog", "InfoInhibitor"}


def test_the_guide_is_what_the_catalogue_says() -> None:
    assert (ROOT / "docs/guides/known-alerts.md").read_text(encoding="utf-8") == page()
