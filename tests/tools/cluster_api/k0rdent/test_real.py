"""k0rdent's chain from template to services, on real clusters, read and changed by the tools.

The controller that fills k0rdent's and Sveltos' objects is simulated; the Clusters that come of
them, and what the services are on these, is real.
"""

import base64
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.cluster_api.describe_class import capi_describe_class
from clusterwright.tools.cluster_api.describe_cluster import capi_describe_cluster
from clusterwright.tools.cluster_api.find_problems import capi_find_problems
from clusterwright.tools.cluster_api.list_classes import capi_list_classes
from clusterwright.tools.cluster_api.list_clusters import capi_list_clusters
from clusterwright.tools.finding import Severity
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.problems import Problems
from clusterwright.tools.manifest import Json, Manifest
from tests.management_cluster import management_cluster
from tests.tools.cluster_api.changes.place import Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1200)]
SYSTEM = "kcm-system"
SECONDS = 400.0
ESTATE = Path(__file__).with_name("estate.yaml")
PAUSED = "profile.projectsveltos.io/paused"
CODES = {
    "clusterdeployment/config-rejected",
    "clusterdeployment/credential-missing",
    "clusterdeployment/template-missing",
    "credential/not-ready",
    "multiclusterservice/matches-nothing",
    "profile/dependency-missing",
    "profile/release-conflict",
    "profile/release-failed",
    "profile/resources-failed",
    "service/dependency-invalid",
    "service/template-missing",
    "sveltoscluster/down",
    "template/invalid",
    "template/provider-missing",
}


@pytest.fixture(scope="module")
def management() -> Iterator[Instance]:
    """A management cluster with the estate that estate.yaml describes."""
    with management_cluster("k0rdent", reusable=True) as instance:
        instance.kubectl("apply", "--server-side", f"--filename={ESTATE}")
        until(lambda: _has_developed(instance))
        yield instance


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.5)


def listed(instance: Instance, kind: str) -> dict[str, Manifest]:
    found: Json = json.loads(instance.kubectl("get", kind, "-n", SYSTEM, "-o", "json"))
    return {one["metadata"]["name"]: one for one in found["items"]}


def _has_developed(instance: Instance) -> bool:
    """Return whether the estate shows all that it is to show, as its objects say themselves."""
    train = listed(instance, "clusterdeployments").get("train", {}).get("status", {})
    services = [one["state"] for one in train.get("services", [])]
    adopted = listed(instance, "sveltosclusters").get("adopted", {}).get("status", {})
    told = {
        name: one.get("status", {}) for name, one in listed(instance, "clustersummaries").items()
    }
    failing = ("nameless-image", "second-ingress", "unwritten")
    made = listed(instance, "clusters.cluster.x-k8s.io").get("train", {}).get("status", {})
    states = {one["type"]: one["status"] for one in made.get("conditions", [])}
    return (
        services == ["Deployed", "Deployed"]
        and states.get("Available") == "True"
        and adopted.get("connectionStatus") == "Down"
        and all(told.get(f"{one}-capi-train", {}).get("featureSummaries") for one in failing)
        and "dependencies" in told.get("orphaned-capi-train", {})
        and "dependencies" in told.get("what-if-capi-train", {})
    )


@pytest.fixture
async def clusters(management: Instance) -> AsyncIterator[Clusters]:
    found = Clusters(management.kubeconfig)
    yield found
    await found.aclose()


@pytest.fixture
def place(management: Instance, tmp_path: Path) -> Place:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    return Place(management, SYSTEM, state)


async def problems(clusters: Clusters) -> list[Problems]:
    """Return every page of what is wrong."""
    pages = [await capi_find_problems(clusters)]
    while pages[-1].next_cursor:
        pages.append(await capi_find_problems(clusters, cursor=pages[-1].next_cursor))
    return pages


async def test_each_fault_of_the_estate_is_found_once_and_nothing_else(clusters: Clusters) -> None:
    pages = await problems(clusters)
    codes = [one.code for page in pages for one in page.findings]
    assert sorted(codes) == sorted(CODES)
    assert pages[0].coverage.complete


async def test_clusters_are_listed_with_what_owns_them_or_keeps_them_from_coming(
    clusters: Clusters,
) -> None:
    answer = await capi_list_clusters(clusters, namespace=SYSTEM)
    rows = {one.cluster: one for one in answer.clusters}
    train = rows["capi:kcm-system/train"]
    assert (train.state, train.deployment) == ("Available", "kcm-system/train")
    assert rows["capi:kcm-system/rehearsal"].state == "DryRun"
    assert "Credential kcm-system/stale is not Ready" in rows["capi:kcm-system/locked"].cause
    assert "kcm-system/train" in answer.render()


async def test_the_way_down_leads_from_the_deployment_to_the_helm_releases(
    clusters: Clusters,
) -> None:
    answer = await capi_describe_cluster(clusters, SYSTEM, "train")
    assert answer.made_by is not None
    assert answer.made_by.children[0].ref.kind == "HelmRelease"
    roles = [one.role for one in answer.services]
    assert roles == ["services", "profile", "profile", "profile", "profile", "profile"]
    text = answer.render()
    assert "release HelmRelease/certs/certs (1.16.2): True Managing" in text
    assert "| cannot manage chart ingress/ingress." in text
    wide = await capi_describe_cluster(clusters, SYSTEM, "wide")
    assert (wide.state, wide.tree.role) == ("Failing", "deployment")


async def test_a_template_tells_what_it_takes_beside_the_classes(clusters: Clusters) -> None:
    answer = await capi_list_classes(clusters)
    kinds = {one.name: one.kind for one in answer.classes}
    assert kinds["default/sandbox-gpu"] == "ClusterClass"
    assert kinds["kcm-system/sandbox-standalone-cp-1-0-0"] == "ClusterTemplate"
    one = await capi_describe_class(clusters, SYSTEM, "sandbox-standalone-cp-1-0-0")
    accelerator = next(v for v in one.variables if v.name == "worker.accelerator")
    assert accelerator.choices[0] == '"Tesla-T4"'
    assert one.credentials == ("sandbox", "stale (not ready)")
    assert one.upgrades == ("sandbox-standalone-cp-1-0-1",)


async def test_what_is_changed_by_hand_is_drift_and_is_taken_back(
    management: Instance, clusters: Clusters, tmp_path: Path
) -> None:
    secret = listed(management, "secrets")["train-kubeconfig"]
    kubeconfig = tmp_path / "train"
    kubeconfig.write_bytes(base64.b64decode(secret["data"]["value"]))
    kubeconfig.chmod(0o600)
    on_it = (f"--kubeconfig={kubeconfig}", "-n", "ingress")
    management.kubectl("annotate", "profile", "train", "-n", SYSTEM, f"{PAUSED}=true")
    management.kubectl("scale", "deployment/ingress", "--replicas=4", *on_it)
    name = "p--train-capi-train"

    def drifted() -> bool:
        summary = listed(management, "resourcesummaries")[name]
        return bool(summary.get("status", {}).get("helmResourcesChanged"))

    until(drifted)
    found = [one for page in await problems(clusters) for one in page.findings]
    (drift,) = [one for one in found if one.code == "profile/drifted"]
    assert drift.severity == Severity.WARNING
    assert "Helm release ingress/ingress" in drift.title
    management.kubectl("annotate", "profile", "train", "-n", SYSTEM, f"{PAUSED}-")
    until(lambda: not drifted())
    replicas = management.kubectl(
        "get", "deployment/ingress", "-o", "jsonpath={.spec.replicas}", *on_it
    )
    assert replicas == "1"


def creation(**different: Json) -> Manifest:
    return {
        "kind": "create_deployment",
        "name": "kcm-system/fresh",
        "template": "sandbox-standalone-cp-1-0-0",
        "credential": "sandbox",
        "config": {"workersNumber": 1},
        **different,
    }


def of_service(kind: str, service: str, **more: Json) -> Manifest:
    own = {"name": service, "namespace": service, **more}
    return {"kind": kind, "name": "kcm-system/train", "service": own}


def of_profile(name: str = "ClusterProfile/what-if", **profile: Json) -> Manifest:
    return {"kind": "change_profile", "name": name, "profile": profile}


CHART = {
    "repositoryURL": "https://charts.sandbox.internal",
    "chartName": "ingress-nginx/ingress-nginx",
    "chartVersion": "4.12.1",
    "releaseName": "ingress",
    "releaseNamespace": "ingress",
}
REFUSED: dict[str, tuple[Manifest, tuple[str, ...]]] = {
    "no template": (creation(template="x"), ("no ClusterTemplate", "adopted-cluster-1-0-2")),
    "invalid template": (
        creation(template="sandbox-standalone-cp-9-9-9"),
        ("nothing can be made from", "no 'sandbox-standalone-cp' chart"),
    ),
    "missing provider": (creation(template="elsewhere-1-0-0"), ("infrastructure-aws",)),
    "no credential": (creation(credential="x"), ("no Credential", "there are sandbox")),
    "credential not ready": (creation(credential="stale"), ("is not ready", "rotated-away")),
    "config of the wrong type": (
        creation(config={"workersNumber": "two"}),
        ('workersNumber is "two"', "must be of type integer", "GPU workers"),
    ),
    "name that is taken": (creation(name="kcm-system/train"), ("already",)),
    "upgrade that is not offered": (
        {
            "kind": "upgrade_deployment",
            "name": "kcm-system/train",
            "template": "adopted-cluster-1-0-2",
        },
        ("cannot be upgraded", "offers sandbox-standalone-cp-1-0-1"),
    ),
    "service name that is taken": (
        of_service("add_service", "ingress", template="cert-manager-1-16-2"),
        ("has a service ingress/ingress already",),
    ),
    "service without a template": (
        of_service("add_service", "x", template="gone"),
        ("no ServiceTemplate kcm-system/gone", "ingress-nginx-4-12-1"),
    ),
    "service that waits for none": (
        of_service("add_service", "x", template="cert-manager-1-16-2", depends_on=["y/y"]),
        ("x/x depends on y/y, which is no service of it",),
    ),
    "service step that no chain offers": (
        of_service("upgrade_service", "ingress", template="cert-manager-1-16-2"),
        ("chain ingress-nginx does not lead", "it offers ingress-nginx-4-12-1"),
    ),
    "service that another needs": (
        of_service("remove_service", "ingress"),
        ("certs/certs depends on service ingress/ingress",),
    ),
    "cluster behind its deployment": (
        {"kind": "scale", "name": "kcm-system/train", "pool": "gpu", "replicas": 2},
        ("belongs to k0rdent ClusterDeployment", "kcm-system/train"),
    ),
    "pods that nobody gave up": (
        {"kind": "delete_deployment", "name": "kcm-system/train"},
        ("would go: ", "accept=["),
    ),
    "profile of k0rdent": (
        of_profile("Profile/kcm-system/train", sync_mode="OneTime"),
        ("belongs to k0rdent",),
    ),
    "release of another profile": (
        of_profile(add_charts=[CHART]),
        ("Profile.config.projectsveltos.io/kcm-system/train has release ingress/ingress",),
    ),
    "policy that is not there": (
        of_profile(add_policies=[{"kind": "ConfigMap", "namespace": SYSTEM, "name": "x"}]),
        ("no ConfigMap/kcm-system/x",),
    ),
    "selector for no cluster": (
        of_profile(selector={"matchLabels": {"team": "none"}}),
        ("would be for none of", "no-cluster"),
    ),
    "profile that is not there": (of_profile("ClusterProfile/x"), ("there is no", "what-if")),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_must_not_be_done_is_refused_with_the_reason_and_nothing_is_written(
    place: Place, case: str
) -> None:
    change, said = REFUSED[case]
    async with place.session() as session:
        plan, told = await session.plan(change)
    assert not plan, told
    assert all(words in told for words in said), told
    assert place.writes() == []


async def test_a_try_without_consequences_is_validated_by_k0rdent_and_given_up(
    place: Place,
) -> None:
    async with place.session() as session:
        await session.done(creation(name="kcm-system/tried", dry_run=True))
        assert "tried" not in listed(place.management, "clusters.cluster.x-k8s.io")
        await session.done({"kind": "delete_deployment", "name": "kcm-system/tried"})
    assert "tried" not in listed(place.management, "clusterdeployments")


async def test_a_profile_is_changed_and_the_clusters_tell_that_it_was(place: Place) -> None:
    profile: Manifest = {
        "apiVersion": "config.projectsveltos.io/v1beta1",
        "kind": "Profile",
        "metadata": {"name": "own", "namespace": SYSTEM},
        "spec": {"syncMode": "Continuous", "clusterSelector": {"matchLabels": {"team": "ml"}}},
    }
    place.management.kubectl("apply", "-f", "-", stdin=json.dumps(profile))
    try:
        chart = {**CHART, "releaseName": "second", "releaseNamespace": "second"}
        async with place.session() as session:
            await session.done(of_profile(f"Profile/{SYSTEM}/own", add_charts=[chart]))
            summary = listed(place.management, "clustersummaries")["p--own-capi-train"]
            assert summary["status"]["helmReleaseSummaries"][0]["status"] == "Managing"
            gone = of_profile(f"Profile/{SYSTEM}/own", remove_charts=["second/second"])
            await session.done(gone)
    finally:
        place.management.kubectl("delete", "profile", "own", "-n", SYSTEM)
        place.until(lambda: "p--own-capi-train" not in listed(place.management, "clustersummaries"))


async def test_from_template_to_services_to_upgrade_to_deletion_by_tool_calls_only(
    place: Place,
) -> None:
    name = "kcm-system/fresh"
    ingress = {"name": "ingress", "namespace": "ingress"}
    async with place.session() as session:
        await session.done(creation(name=name))
        offered = {"template": "ingress-nginx-4-11-3", "template_chain": "ingress-nginx"}
        await session.done({"kind": "add_service", "name": name, "service": ingress | offered})
        newer = ingress | {"template": "ingress-nginx-4-12-1", "values": "replicaCount: 2"}
        await session.done({"kind": "upgrade_service", "name": name, "service": newer})
        upgrade = {"kind": "upgrade_deployment", "name": name}
        await session.done({**upgrade, "template": "sandbox-standalone-cp-1-0-1"})
        cluster = listed(place.management, "clusters.cluster.x-k8s.io")["fresh"]
        assert cluster["spec"]["topology"]["version"] == "v1.36.3"
        await session.done({"kind": "remove_service", "name": name, "service": ingress})
        # That it does not answer in time on a busy machine is accepted, as a person could.
        gone = {"kind": "delete_deployment", "name": name, "accept": ["unread"]}
        await session.done(gone)
    assert "fresh" not in listed(place.management, "clusters.cluster.x-k8s.io")
    assert "fresh" not in listed(place.management, "servicesets")
