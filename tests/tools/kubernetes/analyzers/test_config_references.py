import pytest

from clusterwright.tools.finding import AbsenceEvidence
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import (
    conclude,
    event,
    make,
    only,
    pod,
    running,
    waiting,
)

MAP = Ref("ConfigMap", "cart-config", "shop")


def refused(message: str, **container: Json) -> Manifest:
    state = waiting("CreateContainerConfigError", message)
    return pod(state, phase="Pending", container=container)


@pytest.mark.parametrize(
    ("message", "code", "named"),
    [
        ('configmap "cart-config" not found', "pod/configmap-missing", "cart-config"),
        ('secret "cart-db" not found', "pod/secret-missing", "cart-db"),
        (
            "couldn't find key PORT in ConfigMap shop/cart-config",
            "pod/configmap-key-missing",
            "PORT",
        ),
        ("couldn't find key URL in Secret shop/cart-db", "pod/secret-key-missing", "URL"),
    ],
)
def test_what_the_kubelet_misses_for_a_container_is_named(
    message: str, code: str, named: str
) -> None:
    finding = only(conclude(refused(message)))
    assert finding.code == code
    assert f'"{named}"' in finding.title


def test_the_absence_is_read_again_before_it_is_told() -> None:
    broken = refused('configmap "cart-config" not found')
    finding = only(conclude(broken, now={MAP: None}))
    assert AbsenceEvidence(ref=MAP) in finding.evidence
    assert conclude(broken, now={MAP: make("ConfigMap", "cart-config")}) == []


def test_a_key_that_exists_by_now_is_silent() -> None:
    broken = refused("couldn't find key PORT in ConfigMap shop/cart-config")
    assert conclude(broken, now={MAP: make("ConfigMap", "cart-config", data={"PORT": "1"})}) == []


def test_a_similar_name_or_key_is_offered_and_never_a_value() -> None:
    near = make("ConfigMap", "cart-confg", data={"A": "private-value"})
    assert (
        '"cart-confg"' in only(conclude(refused('configmap "cart-config" not found'), near)).title
    )
    keyed = make("ConfigMap", "cart-config", data={"PROT": "private-value"})
    finding = only(conclude(refused("couldn't find key PORT in ConfigMap shop/cart-config"), keyed))
    assert '"PROT"' in finding.title
    assert "private-value" not in finding.model_dump_json()


def test_a_volume_that_cannot_be_mounted_names_its_source_and_field() -> None:
    volume: Json = {"name": "config", "configMap": {"name": "cart-config"}}
    broken = pod(
        waiting("ContainerCreating"),
        phase="Pending",
        spec={"nodeName": "n1", "volumes": [volume]},
    )
    said = 'MountVolume.SetUp failed for volume "config" : configmap "cart-config" not found'
    finding = only(conclude(broken, event(broken, "FailedMount", said)))
    assert finding.code == "pod/configmap-missing"
    assert any("volumes[?(@.name=='config')]" in str(one) for one in finding.evidence)


@pytest.mark.parametrize(
    ("source", "said", "code"),
    [
        (
            {"configMap": {"name": "cart-config", "items": [{"key": "a.yaml", "path": "a"}]}},
            "configmap references non-existent config key: a.yaml",
            "pod/configmap-key-missing",
        ),
        (
            {"secret": {"secretName": "cart-db", "items": [{"key": "tls.key", "path": "a"}]}},
            "references non-existent secret key: tls.key",
            "pod/secret-key-missing",
        ),
    ],
)
def test_a_key_that_a_volume_misses_is_traced_to_its_object(
    source: Json, said: str, code: str
) -> None:
    spec: Json = {"nodeName": "n1", "volumes": [{"name": "v", **source}]}
    broken = pod(waiting("ContainerCreating"), phase="Pending", spec=spec)
    assert only(conclude(broken, event(broken, "FailedMount", said))).code == code


def test_a_mount_that_went_well_in_the_end_is_silent() -> None:
    well = pod(running(), ready=True)
    assert conclude(well, event(well, "FailedMount", 'configmap "cart-config" not found')) == []


def test_an_optional_reference_is_silent() -> None:
    optional: Json = [{"configMapRef": {"name": "gone", "optional": True}}]
    assert conclude(pod(running(), ready=True, container={"envFrom": optional})) == []


def test_secrets_are_never_asked_for() -> None:
    assert all("Secret" not in analyzer.needs for analyzer in ANALYZERS)
