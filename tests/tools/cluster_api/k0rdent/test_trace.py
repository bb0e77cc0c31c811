"""The way down from a ClusterDeployment, drawn."""

from clusterwright.tools.cluster_api.k0rdent.made import ownership
from clusterwright.tools.cluster_api.k0rdent.state import state_of, without_cluster
from clusterwright.tools.cluster_api.k0rdent.trace import deployment_branch, service_branches
from clusterwright.tools.manifest import name_of
from clusterwright.tools.ref import Ref
from tests.tools.cluster_api.k0rdent.captured import captured, get, healthy, snapshot
from tests.tools.kubernetes.analyzers.cluster import NOW

TRAIN = Ref("Cluster", "train", "kcm-system", "cluster.x-k8s.io")


def drawn(lines: list[str]) -> list[str]:
    """Return lines without the kinds' groups and the times, which make them long."""
    cut = (line.replace(".k0rdent.mirantis.com", "") for line in lines)
    cut = (line.replace(".config.projectsveltos.io", "") for line in cut)
    return [line.partition(" for -")[0].rstrip() for line in cut]


def test_what_works_is_drawn_down_to_the_helm_releases() -> None:
    objects = healthy()
    found = snapshot(objects)
    one = get(objects, "ClusterDeployment", "train")
    lines = [line for branch in service_branches(found, TRAIN, one) for line in branch.lines(NOW)]
    assert drawn(lines) == [
        "  services ServiceSet/kcm-system/train (2/2 ready): True ServiceSetProfileReady",
        "    profile Profile/kcm-system/train: True Provisioned",
        "      summary ClusterSummary/kcm-system/p--train-capi-train: True Provisioned",
        "        release HelmRelease/ingress/ingress (4.11.3): True Managing",
        "        release HelmRelease/certs/certs (1.16.2): True Managing",
    ]


def test_each_branch_that_fails_says_why_once() -> None:
    found = snapshot(captured())
    lines = [
        line.strip()
        for branch in service_branches(found, TRAIN, None)
        for line in branch.lines(NOW)
        if line.strip().startswith("| ")
    ]
    assert lines == [
        '| Deployment.apps "gpu" is invalid: spec.template.spec.containers[0].image:'
        " Required value",
        "| ClusterProfile removed-long-ago is a dependency. The ClusterSummary instance for this"
        " profile/cluster was not found",
        "| cannot manage chart ingress/ingress. ClusterSummary p--train-capi-train managing it.",
        "| Referenced resource: ConfigMap kcm-system/quotas does not exist",
    ]


def test_a_deployment_says_the_first_thing_that_is_wrong() -> None:
    objects = captured()
    found = snapshot(objects)
    branch = deployment_branch(found, get(objects, "ClusterDeployment", "locked"))
    assert branch.cause == "CredentialReady: Failed the Credential kcm-system/stale is not Ready"
    assert branch.children == ()
    train = deployment_branch(found, get(objects, "ClusterDeployment", "train"))
    assert [one.role for one in train.children] == ["release"]
    assert [one.role for one in train.children[0].children] == ["cluster"]


def test_a_cluster_is_owned_by_the_deployment_that_it_came_of() -> None:
    found = [(str(one.source), one.target.kind) for one in ownership(snapshot(captured()))]
    assert found == [
        (str(TRAIN), "ClusterDeployment"),
        ("SveltosCluster.lib.projectsveltos.io/kcm-system/adopted", "ClusterDeployment"),
    ]


def test_deployments_without_a_cluster_have_a_word_of_their_own() -> None:
    found = snapshot(captured())
    words = {name_of(one): state_of(found, one)[0] for one in without_cluster(found)}
    assert words == {
        "adopted": "Unreachable",
        "ahead": "Failing",
        "cloudless": "Failing",
        "locked": "Failing",
        "looped": "Failing",
        "misnamed": "DryRun",
        "rehearsal": "DryRun",
        "typo": "Failing",
        "unpaid": "Failing",
        "wide": "Failing",
    }
