"""Metrics that most clusters have, with what people call what they measure.

Many exporters say little of them, or nothing, as the kubelet of its cAdvisor's. Sources: the
documentation of cAdvisor, kube-state-metrics, node_exporter, kubelet and dcgm-exporter.
"""

from collections.abc import Mapping

_USUAL = {
    "up": "target down scrape alive reachable",
    "container_cpu_usage_seconds_total": "pod cpu usage cores workload",
    "container_memory_working_set_bytes": "pod memory usage workload oom limit",
    "container_memory_rss": "pod memory usage",
    "container_cpu_cfs_throttled_periods_total": "pod cpu throttling limit slow",
    "container_cpu_cfs_periods_total": "pod cpu throttling limit",
    "container_network_receive_bytes_total": "pod network traffic in bandwidth",
    "container_network_transmit_bytes_total": "pod network traffic out bandwidth",
    "container_fs_usage_bytes": "pod disk usage ephemeral storage",
    "container_oom_events_total": "pod oom killed memory",
    "kube_pod_container_status_restarts_total": "pod restart crash loop",
    "kube_pod_container_status_waiting_reason": "pod crash loop image pull waiting pending",
    "kube_pod_container_status_last_terminated_reason": "pod oom killed exit crash",
    "kube_pod_container_resource_requests": "pod cpu memory gpu request reserved",
    "kube_pod_container_resource_limits": "pod cpu memory gpu limit",
    "kube_pod_status_phase": "pod pending failed running phase",
    "kube_pod_status_ready": "pod ready unready",
    "kube_pod_info": "pod node owner",
    "kube_node_status_condition": "node ready pressure health",
    "kube_node_status_allocatable": "node capacity gpu cpu memory allocatable",
    "kube_node_spec_unschedulable": "node cordon drain",
    "kube_deployment_status_replicas_available": "deployment replica available rollout",
    "kube_deployment_spec_replicas": "deployment replica wanted desired",
    "kube_statefulset_status_replicas_ready": "statefulset replica ready",
    "kube_daemonset_status_number_unavailable": "daemonset unavailable pod",
    "kube_job_status_failed": "job failed batch cronjob",
    "kube_horizontalpodautoscaler_status_current_replicas": "hpa autoscaler replica",
    "kube_persistentvolumeclaim_status_phase": "pvc volume pending lost bound",
    "kubelet_volume_stats_used_bytes": "pvc volume disk usage full",
    "kubelet_volume_stats_available_bytes": "pvc volume disk free full",
    "kubelet_volume_stats_capacity_bytes": "pvc volume disk size capacity",
    "node_cpu_seconds_total": "node cpu usage utilisation busy",
    "node_memory_MemAvailable_bytes": "node memory free usage",
    "node_filesystem_avail_bytes": "node disk filesystem full free usage",
    "node_load1": "node load cpu busy",
    "node_network_receive_bytes_total": "node network traffic in bandwidth",
    "node_network_transmit_bytes_total": "node network traffic out bandwidth",
    "node_disk_io_time_seconds_total": "node disk io busy slow",
    "node_nf_conntrack_entries": "node conntrack connection",
    "apiserver_request_total": "api server kubernetes request error code traffic",
    "apiserver_request_duration_seconds": "api server kubernetes request latency slow",
    "etcd_disk_wal_fsync_duration_seconds": "etcd disk slow latency",
    "etcd_server_has_leader": "etcd leader election health",
    "etcd_mvcc_db_total_size_in_bytes": "etcd database size full quota",
    "workqueue_depth": "controller queue backlog",
    "scheduler_pending_pods": "scheduling pending unschedulable pod queue",
    "scheduler_schedule_attempts_total": "scheduling failure unschedulable",
    "coredns_dns_request_duration_seconds": "dns latency slow",
    "prometheus_tsdb_head_series": "cardinality series",
    "scrape_samples_post_metric_relabeling": "cardinality series target job",
    "ALERTS": "alert firing pending",
    "DCGM_FI_DEV_GPU_UTIL": "gpu usage utilisation busy idle",
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE": "gpu usage utilisation busy idle mig",
    "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE": "gpu tensor core usage training",
    "DCGM_FI_PROF_DRAM_ACTIVE": "gpu memory bandwidth",
    "DCGM_FI_DEV_FB_USED": "gpu memory usage framebuffer vram",
    "DCGM_FI_DEV_FB_FREE": "gpu memory free framebuffer vram",
    "DCGM_FI_DEV_GPU_TEMP": "gpu temperature hot thermal",
    "DCGM_FI_DEV_MEMORY_TEMP": "gpu memory temperature hot thermal hbm",
    "DCGM_FI_DEV_POWER_USAGE": "gpu power watt",
    "DCGM_FI_DEV_XID_ERRORS": "gpu xid error fault last",
    "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL": "gpu ecc uncorrectable double bit memory error",
    "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL": "gpu ecc correctable single bit memory error",
    "DCGM_FI_DEV_ROW_REMAP_FAILURE": "gpu ecc row remap failure rma",
    "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL": "gpu nvlink bandwidth traffic",
    "DCGM_FI_DEV_PCIE_REPLAY_COUNTER": "gpu pcie replay error",
    "DCGM_FI_DEV_CLOCK_THROTTLE_REASONS": "gpu throttling clock slow",
    "DCGM_FI_DEV_SM_CLOCK": "gpu clock frequency",
}
_OF_ENDINGS = {
    "requests_total": "request error code status traffic",
    "request_total": "request error code status traffic",
    "handled_total": "request error code traffic",
    "request_duration_seconds": "request latency slow traffic",
    "requests_duration_seconds": "request latency slow traffic",
}
"""Of metrics whose labels tell more than their names."""
USUAL: Mapping[str, frozenset[str]] = {
    name: frozenset(said.split()) for name, said in _USUAL.items()
}

PLACES: Mapping[str, int] = {name: i for i, name in enumerate(_USUAL)}
"""Which of two that fit alike comes first."""


def called(name: str) -> frozenset[str]:
    """Return what people call what a metric measures; nothing where that is not known."""
    if (known := USUAL.get(name)) is not None:
        return known
    said = next((one for end, one in _OF_ENDINGS.items() if name.endswith(end)), "")
    return frozenset(said.split())
