"""Kubernetes versions, and what each of them no longer serves."""

import pytest

from clusterwright.tools.cluster_api.upgrade_checks.removals import removed
from clusterwright.tools.cluster_api.version import Version, plan
from clusterwright.tools.errors import InvalidInputError


@pytest.mark.parametrize(
    ("spelled", "found"),
    [
        ("v1.36.3", Version(1, 36, 3)),
        ("1.36.3", Version(1, 36, 3)),
        (" v1.36.3 ", Version(1, 36, 3)),
        ("v1.36.3+rke2r1", Version(1, 36, 3)),
        ("v1.36.0-rc.1", Version(1, 36, 0)),
        ("v1.36", None),
        ("", None),
        ("latest", None),
        ("v1.36.3\n", Version(1, 36, 3)),
        ("v1.36.3; rm", None),
    ],
)
def test_a_version_is_read(spelled: str, found: Version | None) -> None:
    assert Version.of(spelled) == found


def test_what_is_no_version_is_an_error_that_says_how_to_write_one() -> None:
    with pytest.raises(InvalidInputError) as raised:
        Version.asked("latest")
    assert "v1.36.3" in raised.value.hint


def test_a_plan_has_the_last_version_of_each_minor() -> None:
    listed = ("v1.33.1", "v1.34.0", "v1.34.9", "v1.35.2", "v1.36.0", "v1.36.3")
    start = Version(1, 33, 1)
    assert plan(listed, start, Version(1, 36, 0)) == ("v1.34.9", "v1.35.2", "v1.36.0")
    assert plan(listed, start, Version(1, 34, 0)) == ("v1.34.0",)
    assert plan(("v1.36.1", "v1.36.2"), Version(1, 36, 0), Version(1, 36, 2)) == ("v1.36.2",)
    assert plan(("odd", "v1.34.0"), start, Version(1, 34, 0)) == ("v1.34.0",)


def kinds(after: int, until: int) -> set[str]:
    return {
        f"{kind}.{one.group}/{one.version}" for one in removed(after, until) for kind in one.kinds
    }


def test_what_the_migration_guide_lists_is_in_the_table() -> None:
    assert {
        "CronJob.batch/v1beta1",
        "EndpointSlice.discovery.k8s.io/v1beta1",
        "Event.events.k8s.io/v1beta1",
        "HorizontalPodAutoscaler.autoscaling/v2beta1",
        "PodDisruptionBudget.policy/v1beta1",
        "PodSecurityPolicy.policy/v1beta1",
        "RuntimeClass.node.k8s.io/v1beta1",
    } == kinds(24, 25)
    assert "HorizontalPodAutoscaler.autoscaling/v2beta2" in kinds(25, 26)
    assert kinds(26, 27) == {"CSIStorageCapacity.storage.k8s.io/v1beta1"}
    assert "FlowSchema.flowcontrol.apiserver.k8s.io/v1beta2" in kinds(28, 29)
    assert "FlowSchema.flowcontrol.apiserver.k8s.io/v1beta3" in kinds(31, 32)
    assert "CustomResourceDefinition.apiextensions.k8s.io/v1beta1" in kinds(21, 22)


def test_an_upgrade_within_a_minor_removes_nothing() -> None:
    assert removed(36, 36) == ()
    assert "ServiceCIDR.networking.k8s.io/v1beta1" in kinds(36, 37)
