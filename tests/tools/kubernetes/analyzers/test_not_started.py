import pytest

from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers.not_started import NOT_STARTED
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.kubernetes.analyzers.cluster import conclude, event, make, only, pod, waiting

NO_DIRECTORY = (
    'MountVolume.SetUp failed for volume "data" : hostPath type check failed:'
    " /srv/data is not a directory"
)
ATTACHED = (
    'Multi-Attach error for volume "pvc-1" Volume is already exclusively attached to one node and'
    " can't be attached to another"
)
NO_NETWORK = (
    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for"
    f' sandbox "{"ab" * 32}": plugin type="cilium-cni" failed (add): unable to connect'
)


def placed(reason: str, message: str = "", *conditions: Json) -> Manifest:
    status: Json = {"conditions": list(conditions)}
    return pod(waiting(reason, message), phase="Pending", spec={"nodeName": "n-1"}, status=status)


def creating(reason: str, message: str, *conditions: Json) -> list[Finding]:
    made = placed("ContainerCreating", "", *conditions)
    return conclude(made, event(made, reason, message), analyzers=(NOT_STARTED,))


@pytest.mark.parametrize(
    ("reason", "message", "title"),
    [
        (
            "CreateContainerConfigError",
            "container has runAsNonRoot and image will run as root"
            ' (pod: "cart-1_shop(5e4e2bd3-d505)", container: app)',
            'Container "app" is not started: container has runAsNonRoot and image will run as root',
        ),
        (
            "CreateContainerError",
            'failed to reserve container name "app_cart-1": name is reserved',
            'Container "app" is not started: failed to reserve container name "app_cart-1": name is'
            " reserved",
        ),
        (
            "RunContainerError",
            "failed to create containerd task: failed to create shim task: OCI runtime create"
            " failed: runc create failed: error during container init: error mounting /x",
            'Container "app" is not started: error during container init: error mounting /x',
        ),
    ],
)
def test_what_a_container_is_refused_for_is_told(reason: str, message: str, title: str) -> None:
    finding = only(conclude(placed(reason, message)))
    assert (finding.code, finding.title) == ("pod/container-not-created", title)
    assert finding.fixes


def test_a_refusal_that_another_analyzer_explains_is_told_once() -> None:
    missing = placed("CreateContainerConfigError", 'configmap "cart" not found')
    assert only(conclude(missing)).code == "pod/configmap-missing"
    command = placed(
        "RunContainerError", 'exec: "/run": stat /run: no such file or directory: unknown'
    )
    assert only(conclude(command)).code == "pod/command-not-found"


@pytest.mark.parametrize(
    ("reason", "message", "code", "title"),
    [
        (
            "FailedMount",
            NO_DIRECTORY,
            "pod/volume-not-mounted",
            'Volume "data" is not mounted: hostPath type check failed: /srv/data is not a'
            " directory",
        ),
        (
            "FailedAttachVolume",
            ATTACHED,
            "pod/volume-not-mounted",
            'Volume "pvc-1" is not mounted: Volume is already exclusively attached to one node and'
            " can't be attached to another",
        ),
        (
            "FailedCreatePodSandBox",
            NO_NETWORK,
            "pod/sandbox-not-created",
            'The pod gets no sandbox on node n-1: plugin type="cilium-cni" failed (add): unable to'
            " connect",
        ),
    ],
)
def test_what_a_pod_lacks_to_start_is_told(
    reason: str, message: str, code: str, title: str
) -> None:
    finding = only(creating(reason, message))
    assert (finding.code, finding.title) == (code, title)
    assert "n-1" in finding.fixes[0]


def test_what_was_overcome_is_silent() -> None:
    able = {"type": "PodReadyToStartContainers", "status": "True"}
    assert creating("FailedMount", NO_DIRECTORY, able) == []


def test_what_failed_once_is_silent() -> None:
    made = placed("ContainerCreating")
    once = event(made, "FailedMount", NO_DIRECTORY) | {"count": 1}
    assert conclude(made, once, analyzers=(NOT_STARTED,)) == []


def test_a_volume_whose_configmap_is_missing_is_told_by_that() -> None:
    said = 'MountVolume.SetUp failed for volume "c" : configmap "cart" not found'
    assert creating("FailedMount", said) == []


def test_a_pod_without_a_node_is_the_schedulers() -> None:
    unplaced = pod(waiting("ContainerCreating"), phase="Pending", spec={"nodeName": ""})
    assert conclude(unplaced, event(unplaced, "FailedMount", NO_DIRECTORY)) == []


def test_odd_messages_hide_nothing() -> None:
    odd = placed("CreateContainerError", "\n" * 9 + "{" * 600)
    assert only(conclude(odd, make("Pod", "other"))).code == "pod/container-not-created"
