"""For each alert of the sandbox what makes it fire, and what is close to that and does not.

A line is a series and its values in the notation of promtool, one each five seconds; a plain number
stands for a series that keeps it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """Series under which an alert fires once, and others under which it does not."""

    fires: str
    not_yet: str


_POD = 'namespace="shop",pod="cart-0"'
_DEPLOYMENT = 'namespace="shop",deployment="cart"'
_STATEFUL = 'namespace="shop",statefulset="db"'
_DAEMON = 'namespace="shop",daemonset="log"'
_HPA = 'namespace="shop",horizontalpodautoscaler="cart"'
_PDB = 'namespace="shop",poddisruptionbudget="cart"'
_CLAIM = 'namespace="shop",persistentvolumeclaim="data"'
_GPU = 'gpu="1",UUID="GPU-a-1",Hostname="gpu-1"'


def _waiting(reason: str) -> str:
    labels = f'{_POD},container="cart",reason="{reason}"'
    return f"kube_pod_container_status_waiting_reason{{{labels}}} 1"


def _ended(reason: str) -> str:
    labels = f'{_POD},container="cart"'
    return f"""
        kube_pod_container_status_terminated_reason{{{labels},reason="{reason}"}} 1
        kube_pod_container_status_restarts_total{{{labels}}} 3
        kube_pod_status_phase{{{_POD},phase="Running"}} 1"""


def _phase(phase: str, more: str = "") -> str:
    return f'kube_pod_status_phase{{{_POD},phase="{phase}"}} 1\n{more}'


def _deployment(wanted: int, available: int, updated: str = "3") -> str:
    return f"""
        kube_deployment_spec_replicas{{{_DEPLOYMENT}}} {wanted}
        kube_deployment_status_replicas_available{{{_DEPLOYMENT}}} {available}
        kube_deployment_status_replicas_updated{{{_DEPLOYMENT}}} {updated}"""


def _generations(kind: str, labels: str, observed: int) -> str:
    return f"""
        kube_{kind}_status_observed_generation{{{labels}}} {observed}
        kube_{kind}_metadata_generation{{{labels}}} 2"""


def _stateful(ready: int, updated: str, revision: str) -> str:
    return f"""
        kube_statefulset_replicas{{{_STATEFUL}}} 3
        kube_statefulset_status_replicas_ready{{{_STATEFUL}}} {ready}
        kube_statefulset_status_replicas_updated{{{_STATEFUL}}} {updated}
        kube_statefulset_status_current_revision{{{_STATEFUL},revision="db-1"}} 1
        kube_statefulset_status_update_revision{{{_STATEFUL},revision="{revision}"}} 1"""


def _daemon(current: int, updated: str, available: int, misplaced: int = 0) -> str:
    return f"""
        kube_daemonset_status_desired_number_scheduled{{{_DAEMON}}} 4
        kube_daemonset_status_current_number_scheduled{{{_DAEMON}}} {current}
        kube_daemonset_status_updated_number_scheduled{{{_DAEMON}}} {updated}
        kube_daemonset_status_number_available{{{_DAEMON}}} {available}
        kube_daemonset_status_number_misscheduled{{{_DAEMON}}} {misplaced}"""


def _autoscaler(current: str, desired: int, least: int = 1, most: int = 5) -> str:
    return f"""
        kube_horizontalpodautoscaler_status_current_replicas{{{_HPA}}} {current}
        kube_horizontalpodautoscaler_status_desired_replicas{{{_HPA}}} {desired}
        kube_horizontalpodautoscaler_spec_min_replicas{{{_HPA}}} {least}
        kube_horizontalpodautoscaler_spec_max_replicas{{{_HPA}}} {most}"""


def _budget(healthy: int, expected: int = 3) -> str:
    return f"""
        kube_poddisruptionbudget_status_desired_healthy{{{_PDB}}} 2
        kube_poddisruptionbudget_status_current_healthy{{{_PDB}}} {healthy}
        kube_poddisruptionbudget_status_expected_pods{{{_PDB}}} {expected}"""


def _requests(resource: str, amount: int, phase: str = "Running") -> str:
    return f"""
        kube_node_status_allocatable{{node="a",resource="{resource}"}} 8
        kube_node_status_allocatable{{node="b",resource="{resource}"}} 4
        kube_pod_container_resource_requests{{{_POD},container="c",resource="{resource}"}} {amount}
        kube_pod_status_phase{{{_POD},phase="{phase}"}} 1"""


def _quotas(resource: str, each: int) -> str:
    quota = f'kube_resourcequota{{type="hard",resource="requests.{resource}",namespace='
    return f"""
        kube_node_status_allocatable{{node="a",resource="{resource}"}} 8
        {quota}"shop"}} {each}
        {quota}"bank"}} {each}"""


def _quota(used: int, hard: int = 100) -> str:
    quota = 'kube_resourcequota{namespace="shop",resourcequota="all",resource="pods",type='
    return f'{quota}"used"}} {used}\n{quota}"hard"}} {hard}'


def _throttled(a_step: int) -> str:
    labels = f'{_POD},container="cart"'
    return f"""
        container_cpu_cfs_periods_total{{{labels}}} 0+50x60
        container_cpu_cfs_throttled_periods_total{{{labels}}} 0+{a_step}x60"""


def _volume(left: str, inodes: int = 900) -> str:
    return f"""
        kubelet_volume_stats_available_bytes{{{_CLAIM}}} {left}
        kubelet_volume_stats_used_bytes{{{_CLAIM}}} 500
        kubelet_volume_stats_capacity_bytes{{{_CLAIM}}} 1000
        kubelet_volume_stats_inodes_free{{{_CLAIM}}} {inodes}
        kubelet_volume_stats_inodes_used{{{_CLAIM}}} 100
        kubelet_volume_stats_inodes{{{_CLAIM}}} 1000"""


def _condition(kind: str, value: str, *, cordoned: int = 0) -> str:
    return f"""
        kube_node_status_condition{{node="a",condition="{kind}",status="true"}} {value}
        kube_node_spec_unschedulable{{node="a"}} {cordoned}"""


def _pods(running: int) -> str:
    return f"""
        kubelet_running_pods{{node="a"}} {running}
        kube_node_status_capacity{{node="a",resource="pods"}} 100"""


def _relists(slow: int) -> str:
    bucket = 'kubelet_pleg_relist_duration_seconds_bucket{node="a",le='
    return f'{bucket}"10"}} 0+{100 - slow}x60\n{bucket}"+Inf"}} 0+100x60'


def _up(job: str, value: int) -> str:
    return f'up{{job="{job}",metrics_path="/metrics"}} {value}'


def _built(version: str) -> str:
    build = "kubernetes_build_info{job="
    return f"""
        {build}"apiserver",git_version="v1.36.3"}} 1
        {build}"kubelet",git_version="{version}"}} 1"""


def _sending(errors: int) -> str:
    return f"""
        prometheus_notifications_errors_total{{instance="p",alertmanager="a"}} 0+{errors}x60
        prometheus_notifications_sent_total{{instance="p",alertmanager="a"}} 0+100x60"""


def _notifying(failed: int) -> str:
    labels = 'integration="webhook",receiver_name="Default"'
    return f"""
        alertmanager_notifications_failed_total{{{labels},reason="other"}} 0+{failed}x60
        alertmanager_notifications_total{{{labels}}} 0+100x60"""


def _xid(values: str) -> str:
    return f"DCGM_FI_DEV_XID_ERRORS{{{_GPU}}} {values}"


def _seen(temperatures: int) -> str:
    found = ['kube_node_status_capacity{node="gpu-1",resource="nvidia_com_gpu"} 2']
    label = 'Hostname="gpu-1",gpu='
    found += [f'DCGM_FI_DEV_GPU_TEMP{{{label}"{i}"}} 50' for i in range(temperatures)]
    return "\n".join(found)


_PROGRESSING = (
    f'kube_deployment_status_condition{{{_DEPLOYMENT},condition="Progressing",status="false"}}'
)
_REPORTED = 'kube_node_spec_taint{{node="a",key="{}",effect="NoSchedule"}} 1'
_AGGREGATED = 'aggregator_unavailable_apiservice{name="v1beta1.metrics.k8s.io"} '
_REJECTED = 'prometheus_operator_managed_resources{resource="PodMonitor",state="rejected"} '
_JOB = 'namespace="shop",job_name="nightly"'
_STARTED = f"kube_job_status_start_time{{{_JOB}}} "
_ALERTS = 'ALERTS{alertname="A",alertstate="firing",namespace="shop",severity='

CASES = {
    "Watchdog": Case("", ""),
    "InfoInhibitor": Case(f'{_ALERTS}"info"}} 1', f'{_ALERTS}"info"}} 1\n{_ALERTS}"warning"}} 1'),
    "TargetDown": Case(_up("shop", 0), _up("shop", 1)),
    "KubePodCrashLooping": Case(_ended("Error"), _ended("Completed")),
    "KubePodNotReady": Case(
        _phase("Pending"),
        _phase("Pending", f'kube_pod_owner{{{_POD},owner_kind="Job",owner_name="nightly"}} 1'),
    ),
    "KubeContainerWaiting": Case(_waiting("ImagePullBackOff"), _waiting("CrashLoopBackOff")),
    "KubeDeploymentGenerationMismatch": Case(
        _generations("deployment", _DEPLOYMENT, 1), _generations("deployment", _DEPLOYMENT, 2)
    ),
    "KubeDeploymentReplicasMismatch": Case(_deployment(3, 2), _deployment(3, 2, "0+1x60")),
    "KubeDeploymentRolloutStuck": Case(f"{_PROGRESSING} 1", f"{_PROGRESSING} 0"),
    "KubeStatefulSetGenerationMismatch": Case(
        _generations("statefulset", _STATEFUL, 1), _generations("statefulset", _STATEFUL, 2)
    ),
    "KubeStatefulSetReplicasMismatch": Case(
        _stateful(2, "3", "db-1"), _stateful(2, "0+1x60", "db-1")
    ),
    "KubeStatefulSetUpdateNotRolledOut": Case(_stateful(3, "1", "db-2"), _stateful(3, "1", "db-1")),
    "KubeDaemonSetRolloutStuck": Case(_daemon(4, "4", 3), _daemon(4, "0+1x60", 3)),
    "KubeDaemonSetNotScheduled": Case(_daemon(3, "3", 3), _daemon(4, "3", 3)),
    "KubeDaemonSetMisScheduled": Case(_daemon(4, "4", 4, 1), _daemon(4, "4", 4)),
    "KubeJobNotCompleted": Case(
        f"{_STARTED} -50000\nkube_job_status_active{{{_JOB}}} 1",
        f"{_STARTED} -50000\nkube_job_status_active{{{_JOB}}} 0",
    ),
    "KubeJobFailed": Case(
        f'kube_job_failed{{{_JOB},condition="true"}} 1',
        f'kube_job_failed{{{_JOB},condition="true"}} 0',
    ),
    "KubePdbNotEnoughHealthyPods": Case(_budget(1), _budget(0, 0)),
    "KubeHpaReplicasMismatch": Case(_autoscaler("2", 4), _autoscaler("1", 4)),
    "KubeHpaMaxedOut": Case(_autoscaler("5", 5), _autoscaler("5", 5, 5)),
    "KubeCPUOvercommit": Case(_requests("cpu", 5), _requests("cpu", 5, "Succeeded")),
    "KubeMemoryOvercommit": Case(_requests("memory", 5), _requests("memory", 3)),
    "KubeCPUQuotaOvercommit": Case(_quotas("cpu", 7), _quotas("cpu", 5)),
    "KubeMemoryQuotaOvercommit": Case(_quotas("memory", 7), _quotas("memory", 5)),
    "KubeQuotaAlmostFull": Case(_quota(95), _quota(90)),
    "KubeQuotaFullyUsed": Case(_quota(100), _quota(0, 0)),
    "KubeQuotaExceeded": Case(_quota(101), _quota(100)),
    "CPUThrottlingHigh": Case(_throttled(15), _throttled(10)),
    "KubePersistentVolumeFillingUp": Case(_volume("140-1x60"), _volume("140")),
    "KubePersistentVolumeInodesFillingUp": Case(_volume("500", 20), _volume("500", 200)),
    "KubePersistentVolumeErrors": Case(
        'kube_persistentvolume_status_phase{persistentvolume="v",phase="Failed"} 1',
        'kube_persistentvolume_status_phase{persistentvolume="v",phase="Released"} 1',
    ),
    "KubeNodeNotReady": Case(_condition("Ready", "0"), _condition("Ready", "0", cordoned=1)),
    "KubeNodePressure": Case(_condition("DiskPressure", "1"), _condition("Ready", "1")),
    "KubeNodeUnreachable": Case(
        _REPORTED.format("node.kubernetes.io/unreachable"),
        _REPORTED.format("node.kubernetes.io/not-ready"),
    ),
    "KubeNodeReadinessFlapping": Case(
        _condition("Ready", "1 0 1 0 1x57"), _condition("Ready", "1 0 1x59")
    ),
    "KubeNodeEviction": Case(
        'kubelet_evictions{node="a",eviction_signal="memory.available"} 0+1x60',
        'kubelet_evictions{node="a",eviction_signal="memory.available"} 7',
    ),
    "KubeletTooManyPods": Case(_pods(96), _pods(90)),
    "KubeletPlegDurationHigh": Case(_relists(5), _relists(0)),
    "KubeletDown": Case(_up("kubelet", 0), _up("kubelet", 1)),
    "KubeAPIDown": Case(_up("other", 1), _up("apiserver", 1)),
    "KubeControllerManagerDown": Case("", _up("kube-controller-manager", 1)),
    "KubeSchedulerDown": Case("", _up("kube-scheduler", 1)),
    "KubeVersionMismatch": Case(_built("v1.35.9"), _built("v1.36.1")),
    "KubeAggregatedAPIDown": Case(f"{_AGGREGATED}1", f"{_AGGREGATED} 1x58 0 1"),
    "etcdNoLeader": Case("etcd_server_has_leader 0", "etcd_server_has_leader 1"),
    "etcdDatabaseQuotaLowSpace": Case(
        "etcd_mvcc_db_total_size_in_bytes 96\netcd_server_quota_backend_bytes 100",
        "etcd_mvcc_db_total_size_in_bytes 90\netcd_server_quota_backend_bytes 100",
    ),
    "PrometheusBadConfig": Case(
        "prometheus_config_last_reload_successful 0",
        "prometheus_config_last_reload_successful 0x55 1 0x4",
    ),
    "PrometheusNotConnectedToAlertmanagers": Case(
        "prometheus_notifications_alertmanagers_discovered 0",
        "prometheus_notifications_alertmanagers_discovered 1",
    ),
    "PrometheusErrorSendingAlertsToAnyAlertmanager": Case(_sending(5), _sending(2)),
    "PrometheusRuleFailures": Case(
        'prometheus_rule_evaluation_failures_total{rule_group="a"} 0+1x60',
        'prometheus_rule_evaluation_failures_total{rule_group="a"} 3',
    ),
    "PrometheusDuplicateTimestamps": Case(
        "prometheus_target_scrapes_sample_duplicate_timestamp_total 0+1x60",
        "prometheus_target_scrapes_sample_duplicate_timestamp_total 1",
    ),
    "PrometheusTargetLimitHit": Case(
        "prometheus_target_scrape_pool_exceeded_target_limit_total 0+1x60",
        "prometheus_target_scrape_pool_exceeded_target_limit_total 1",
    ),
    "PrometheusScrapeSampleLimitHit": Case(
        "prometheus_target_scrapes_exceeded_sample_limit_total 0+1x60",
        "prometheus_target_scrapes_exceeded_sample_limit_total 1",
    ),
    "PrometheusTargetSyncFailure": Case(
        'prometheus_target_sync_failed_total{scrape_job="a"} 0+1x60',
        'prometheus_target_sync_failed_total{scrape_job="a"} 1',
    ),
    "AlertmanagerFailedReload": Case(
        "alertmanager_config_last_reload_successful 0",
        "alertmanager_config_last_reload_successful 1",
    ),
    "AlertmanagerFailedToSendAlerts": Case(_notifying(2), _notifying(0)),
    "PrometheusOperatorRejectedResources": Case(f"{_REJECTED}1", f"{_REJECTED}0"),
    "PrometheusOperatorSyncFailed": Case(
        'prometheus_operator_syncs{controller="prometheus",status="failed"} 1',
        'prometheus_operator_syncs{controller="prometheus",status="ok"} 1',
    ),
    "PrometheusOperatorNotReady": Case(
        'prometheus_operator_ready{controller="prometheus"} 0',
        'prometheus_operator_ready{controller="prometheus"} 1',
    ),
    "GpuXidError": Case(_xid("0x30 79x29"), _xid("79")),
    "GpuDoubleBitErrors": Case(
        f"DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{{{_GPU}}} 1", f"DCGM_FI_DEV_ECC_DBE_VOL_TOTAL{{{_GPU}}} 0"
    ),
    "GpuRowRemapFailure": Case(
        f"DCGM_FI_DEV_ROW_REMAP_FAILURE{{{_GPU}}} 1", f"DCGM_FI_DEV_ROW_REMAP_FAILURE{{{_GPU}}} 0"
    ),
    "GpuTooHot": Case(f"DCGM_FI_DEV_GPU_TEMP{{{_GPU}}} 95", f"DCGM_FI_DEV_GPU_TEMP{{{_GPU}}} 85"),
    "GpuNotSeen": Case(_seen(1), _seen(2)),
}
"""Watchdog cannot be quiet; what it has for that is not looked at."""
