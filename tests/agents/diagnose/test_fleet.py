"""Many clusters, one answer: each is asked once, and one that does not answer is a gap."""

import pytest

from clusterwright.agents.diagnose.diagnosis import Source, Verdict
from clusterwright.agents.diagnose.next_step import NextSteps
from clusterwright.agents.report.said import checked_lines
from clusterwright.tools.coverage import Gap
from clusterwright.tools.finding import Edge
from tests.agents.diagnose.simulated_fleet import Simulated, diagnosed
from tests.agents.found import Page, edge, finding

ONE_UID = {"a": "1", "z": "1"}


def crash(cluster: str) -> Page:
    return Page(cluster=cluster, findings=[finding("pod/crash-loop", "Deployment/shop/cart")])


def test_the_same_object_of_two_clusters_has_two_root_causes() -> None:
    simulated = Simulated({"a": crash("a"), "b": crash("b")})
    roots = diagnosed(simulated, "a", "b", "c").root_causes
    assert [(one.cluster, one.code) for one in roots] == [
        ("a", "pod/crash-loop"),
        ("b", "pod/crash-loop"),
    ]
    assert simulated.asked == ["a", "b", "c"]


def test_next_steps_name_the_cluster_where_there_are_several() -> None:
    steps = NextSteps({"a": "k8s_describe", "capi:ml/train": "k8s_describe"})
    cart = finding("pod/crash-loop", "Deployment/shop/cart")

    def told(cluster: str) -> tuple[str, str]:
        step = steps.after(cart, cluster)
        return step.call, step.shell

    call = "k8s_describe(kind='Deployment', name='cart', namespace='shop', cluster={})"
    shell = "kubectl --context a describe -n shop deployment/cart"
    assert told("a") == (call.format("'a'"), shell)
    # No context of a kubeconfig leads to a workload cluster.
    assert told("capi:ml/train") == (call.format("'capi:ml/train'"), "")


def test_two_names_of_one_cluster_are_asked_once_by_the_first() -> None:
    simulated = Simulated({"a": crash("a"), "z": crash("z")}, ONE_UID, hosts={"z": "a"})
    found = diagnosed(simulated, "a", "b", "z")
    (root,) = found.root_causes
    assert root.cluster == "a"
    assert simulated.asked == ["a", "b"]
    assert (found.taken_for, found.same_uid) == ({"z": "a"}, ())
    assert checked_lines(found)[-1] == "z: not asked, taken for a: of one uid, at one address"


@pytest.mark.parametrize("no_kubeconfig", [False, True])
def test_a_copy_of_a_cluster_hides_no_other_that_has_its_uid(*, no_kubeconfig: bool) -> None:
    simulated = Simulated({"z": crash("z")}, ONE_UID, no_kubeconfig=no_kubeconfig)
    found = diagnosed(simulated, "a", "b", "z")
    assert [one.cluster for one in found.root_causes] == ["z"]
    assert simulated.asked == ["a", "b", "z"]
    assert (found.taken_for, found.same_uid) == ({}, (("a", "z"),))
    assert found.complete
    assert checked_lines(found)[-1] == (
        "a, z: of one uid, each asked: copies, or one cluster at several addresses"
    )


def test_two_clusters_at_one_address_are_two_if_their_uids_differ() -> None:
    simulated = Simulated(hosts={"z": "a"})
    diagnosed(simulated, "a", "z")
    assert simulated.asked == ["a", "z"]


def test_no_cluster_is_taken_for_one_that_does_not_say_who_it_is() -> None:
    simulated = Simulated(uids={"b": "? a"}, hosts={"b": "a"}, nameless=frozenset({"a"}))
    diagnosed(simulated, "a", "b")
    assert simulated.asked == ["a", "b"]


def test_clusters_that_do_not_say_who_they_are_are_each_asked() -> None:
    simulated = Simulated(nameless=frozenset({"a", "b"}))
    assert diagnosed(simulated, "a", "b").verdict is Verdict.HEALTHY
    assert sorted(simulated.asked) == ["a", "b"]


def test_a_cluster_that_cannot_be_reached_is_one_gap_and_the_others_are_told() -> None:
    simulated = Simulated({"b": crash("b")}, unreachable=frozenset({"a"}))
    found = diagnosed(simulated, "a", "b")
    assert [one.cluster for one in found.root_causes] == ["b"]
    assert [one for one in found.sources if not one.answered] == [
        Source(
            server="kubernetes",
            tool="k8s_get",
            cluster="a",
            answered=False,
            gaps=(Gap(what="cluster a", reason="a is away; look at its network"),),
        )
    ]
    assert not found.complete
    assert simulated.asked == ["b"]


def test_nothing_is_healthy_while_a_cluster_cannot_be_reached() -> None:
    found = diagnosed(Simulated(unreachable=frozenset({"a"})), "a", "b")
    assert found.verdict is Verdict.UNKNOWN


def test_a_cluster_that_hangs_is_a_gap_after_its_time_and_keeps_no_other_waiting() -> None:
    simulated = Simulated({"b": crash("b")}, hanging=frozenset({"a"}), silent=frozenset({"c"}))
    found = diagnosed(simulated, "a", "b", "c", seconds=0.5)
    assert [one.cluster for one in found.root_causes] == ["b"]
    assert sorted(gap.what for one in found.sources for gap in one.gaps) == [
        "cluster a",
        "cluster c",
    ]


def test_the_workload_clusters_of_the_pinned_context_are_asked_as_well() -> None:
    simulated = Simulated(
        {"capi:ml/train": crash("capi:ml/train")}, workloads={"dev": ["capi:ml/train"]}
    )
    (root,) = diagnosed(simulated, None, workloads=True).root_causes
    assert root.cluster == "capi:ml/train"
    assert sorted(simulated.asked) == ["capi:ml/train", "dev"]


def test_two_hundred_clusters_are_asked_a_few_at_a_time() -> None:
    names = [f"capi:ml/train-{i:03}" for i in range(200)]
    simulated = Simulated({names[150]: crash(names[150])}, workloads={"dev": names})
    found = diagnosed(simulated, None, workloads=True)
    assert [one.cluster for one in found.root_causes] == [names[150]]
    assert len(simulated.asked) == 201
    assert 1 < simulated.most_at_once <= 8


def test_a_management_cluster_that_manages_itself_is_asked_once() -> None:
    simulated = Simulated(
        uids={"capi:ml/self": "dev"},
        hosts={"capi:ml/self": "dev"},
        workloads={"dev": ["capi:ml/self", "capi:ml/train"]},
    )
    found = diagnosed(simulated, None, workloads=True)
    assert sorted(simulated.asked) == ["capi:ml/train", "dev"]
    assert found.taken_for == {"capi:ml/self": "dev"}


def test_a_workload_cluster_is_taken_for_no_copy_of_it() -> None:
    simulated = Simulated(uids={"capi:a/ml/train": "copy"}, workloads={"a": ["capi:a/ml/train"]})
    found = diagnosed(simulated, "a", "copy", workloads=True)
    assert simulated.asked == ["a", "copy", "capi:a/ml/train"]
    assert found.same_uid == (("copy", "capi:a/ml/train"),)


def test_workload_clusters_of_a_management_cluster_with_two_names_are_asked_once() -> None:
    simulated = Simulated(
        uids={"z": "a"},
        hosts={"z": "a"},
        workloads={"a": ["capi:a/ml/train"], "z": ["capi:z/ml/train"]},
    )
    diagnosed(simulated, "a", "z", workloads=True)
    assert simulated.asked == ["a", "capi:a/ml/train"]


def test_a_list_of_workload_clusters_that_does_not_end_is_a_gap() -> None:
    simulated = Simulated(workloads={"dev": ["capi:ml/train"]}, endless=frozenset({"dev"}))
    found = diagnosed(simulated, None, workloads=True)
    assert simulated.asked == ["dev", "capi:ml/train"]
    assert [gap for one in found.sources for gap in one.gaps] == [
        Gap(what="workload clusters", reason="there are more than the first 1")
    ]


def test_workload_clusters_that_were_listed_are_asked_though_the_list_fails_later() -> None:
    simulated = Simulated(workloads={"dev": [f"capi:ml/{i}" for i in range(400)]}, broken_after=300)
    found = diagnosed(simulated, None, workloads=True)
    assert len(simulated.asked) == 301
    assert [gap for one in found.sources for gap in one.gaps] == [
        Gap(what="workload clusters", reason="dev is away; look at its network")
    ]


def test_workload_clusters_that_may_not_be_listed_are_a_gap() -> None:
    simulated = Simulated(workloads={"dev": ["capi:ml/a"]}, unlisted=frozenset({"dev"}))
    found = diagnosed(simulated, None, workloads=True)
    assert found.verdict is Verdict.UNKNOWN
    assert [gap for one in found.sources for gap in one.gaps] == [
        Gap(
            what="workload clusters",
            reason="Cluster.cluster.x-k8s.io could not be read: forbidden",
        )
    ]


def test_workload_clusters_of_what_manages_none_are_a_gap() -> None:
    found = diagnosed(Simulated(), None, workloads=True)
    assert [gap for one in found.sources for gap in one.gaps] == [
        Gap(what="workload clusters", reason="dev has no Cluster API; another")
    ]


def test_of_several_clusters_those_that_manage_none_are_no_gap() -> None:
    simulated = Simulated(workloads={"b": ["capi:b/ml/train"]})
    found = diagnosed(simulated, "a", "b", workloads=True)
    assert found.complete
    assert sorted(simulated.asked) == ["a", "b", "capi:b/ml/train"]


def test_what_other_servers_say_of_a_cluster_is_kept_when_one_is_late() -> None:
    lacks = finding("machine/no-capacity", "MachineDeployment.cluster.x-k8s.io/ml/gpu")
    simulated = Simulated(
        {"a management": Page(cluster="a", findings=[lacks])},
        workloads={"a": []},
        hanging=frozenset({"a"}),
    )
    found = diagnosed(simulated, "a", "b", seconds=0.5)
    assert [one.code for one in found.root_causes] == ["machine/no-capacity"]
    assert [(one.cluster, one.server, one.gaps) for one in found.sources if not one.answered] == [
        ("a", "kubernetes", (Gap(what="server kubernetes", reason="did not answer within 0.5 s"),))
    ]


def test_a_cluster_that_cannot_be_reached_hides_no_cause_in_another() -> None:
    service = finding("service/no-ready-endpoints", "Service/shop/cart")
    simulated = Simulated(
        {"b": Page(cluster="b", findings=[service])}, unreachable=frozenset({"a"})
    )
    [root] = diagnosed(simulated, "a", "b").root_causes
    assert not root.deepest_visible


WAITING = "capi:a/ml/train"


def a_pod_that_waits_for_a_pool() -> dict[str, Page]:
    """Return what is told of a workload cluster, the context z, and of its management cluster."""
    pool = "MachineDeployment.cluster.x-k8s.io/ml/gpu"
    waits = edge("Pod/ml/trainer-1", Edge.WAITS_FOR, pool).model_copy(
        update={"source_cluster": WAITING}
    )
    lacks = Page(cluster="a", findings=[finding("machine/no-capacity", pool)], relations=[waits])
    pending = Page(cluster="z", findings=[finding("pod/unschedulable", "Pod/ml/trainer-1")])
    return {"a management": lacks, "z": pending}


@pytest.mark.parametrize("no_kubeconfig", [False, True])
@pytest.mark.parametrize("host", ["z", "10.0.0.5"])
def test_a_workload_cluster_is_known_by_its_context_too(host: str, *, no_kubeconfig: bool) -> None:
    simulated = Simulated(
        a_pod_that_waits_for_a_pool(),
        workloads={"a": []},
        uids={WAITING: "z"},
        hosts={WAITING: host},
        no_kubeconfig=no_kubeconfig,
    )
    [root] = diagnosed(simulated, "a", "z").root_causes
    assert [(one.cluster, one.code) for one in root.symptoms] == [("z", "pod/unschedulable")]
    assert sorted(simulated.asked) == ["a", "z"]


@pytest.mark.parametrize(("host", "causes"), [("z", ["a"]), ("10.0.0.5", ["a", "z"])])
def test_of_two_contexts_with_its_uid_the_address_tells_which_it_is(
    host: str, causes: list[str]
) -> None:
    simulated = Simulated(
        a_pod_that_waits_for_a_pool(),
        workloads={"a": []},
        uids={WAITING: "z", "copy": "z"},
        hosts={WAITING: host},
    )
    found = diagnosed(simulated, "a", "z", "copy")
    assert sorted(one.cluster for one in found.root_causes) == causes
