"""What is told of kinds that were read."""

from clusterwright.tools.gpu.read import there


def test_of_kinds_that_a_cluster_need_not_have_only_those_it_has_are_told() -> None:
    checked = {"Node": 2, "Pod": 9, "ResourceQuota": 0, "Queue.scheduling.run.ai": 0, "Job": 1}
    assert there(checked) == {"Node": 2, "Pod": 9, "Job": 1}


def test_that_there_is_no_node_no_pod_and_no_daemonset_is_told() -> None:
    none = {"Node": 0, "Pod": 0, "DaemonSet": 0, "ClusterPolicy.nvidia.com": 0}
    assert there(none) == {"Node": 0, "Pod": 0, "DaemonSet": 0}
