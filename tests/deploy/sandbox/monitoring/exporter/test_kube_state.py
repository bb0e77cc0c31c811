"""Objects as kube-state-metrics tells them, odd ones included."""

import math
import re

import pytest

from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition
from clusterwright.deploy.sandbox.monitoring.exporter.kube_state import FAMILIES
from clusterwright.tools.manifest import Json, Manifest

_META: Json = {"name": "one", "namespace": "shop", "uid": "u-1"}

_ODD: list[Manifest] = [
    {},
    {"metadata": None, "spec": [], "status": "none"},
    {"metadata": _META, "spec": {"containers": [None, 3]}, "status": {"conditions": [1, None]}},
    {"metadata": {**_META, "creationTimestamp": "yesterday", "labels": {"a": 1}}},
]


def _series(kind: str, one: Manifest) -> dict[str, float]:
    out = Exposition()
    for name, add in FAMILIES:
        if name == kind:
            add(one, out)
    samples = [line for line in out.text().splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in samples}


def _about(series: dict[str, float], name: str) -> dict[str, float]:
    """Return the samples of a metric by those of their labels that tell them apart."""
    own = re.compile(r'(namespace|pod|uid|container|node|instance)="[^"]*",?')
    return {
        own.sub("", labels): value
        for labels, value in series.items()
        if labels.startswith(f"{name}{{")
    }


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in FAMILIES}))
@pytest.mark.parametrize("odd", _ODD)
def test_an_odd_object_hides_nothing_and_breaks_nothing(kind: str, odd: Manifest) -> None:
    assert not any(math.isnan(value) for value in _series(kind, odd).values())


def test_a_crashing_container_is_told_with_its_reason_and_its_last_end() -> None:
    pod: Manifest = {
        "metadata": _META,
        "spec": {"nodeName": "a", "containers": [{"name": "main"}]},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "False"}],
            "containerStatuses": [
                {
                    "name": "main",
                    "restartCount": 4,
                    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                    "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}},
                }
            ],
        },
    }
    found = _series("Pod", pod)
    prefix = "kube_pod_container_status"
    waiting = f"{prefix}_waiting_reason"
    assert _about(found, waiting) == {f'{waiting}{{reason="CrashLoopBackOff"}}': 1}
    last = f"{prefix}_last_terminated_reason"
    assert _about(found, last) == {f'{last}{{reason="OOMKilled"}}': 1}
    assert list(_about(found, f"{prefix}_restarts_total").values()) == [4]
    phase = _about(found, "kube_pod_status_phase")
    assert sum(phase.values()) == 1
    assert phase['kube_pod_status_phase{phase="Running"}'] == 1
    ready = _about(found, "kube_pod_status_ready")
    assert ready['kube_pod_status_ready{condition="false"}'] == 1


def test_resources_are_spelled_as_labels_with_their_units() -> None:
    node: Manifest = {
        "metadata": {"name": "gpu-1"},
        "status": {"capacity": {"cpu": "1500m", "memory": "2Gi", "nvidia.com/gpu": "8"}},
    }
    found = _about(_series("Node", node), "kube_node_status_capacity")
    assert found == {
        'kube_node_status_capacity{resource="cpu",unit="core"}': 1.5,
        'kube_node_status_capacity{resource="memory",unit="byte"}': 2.0**31,
        'kube_node_status_capacity{resource="nvidia_com_gpu",unit="integer"}': 8,
    }


def test_a_failed_job_is_told_with_why() -> None:
    job: Manifest = {
        "metadata": _META,
        "status": {
            "failed": 3,
            "conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}],
        },
    }
    found = _series("Job", job)
    failed = {name: value for name, value in found.items() if name.startswith("kube_job_failed")}
    assert [name for name, value in failed.items() if value] == [
        'kube_job_failed{namespace="shop",job_name="one",condition="true"}'
    ]
    reasons = [one for one in found if one.startswith("kube_job_status_failed") and found[one]]
    assert reasons == [
        'kube_job_status_failed{namespace="shop",job_name="one",reason="BackoffLimitExceeded"}'
    ]
