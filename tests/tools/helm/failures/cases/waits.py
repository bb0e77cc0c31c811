"""Waiting that comes to no good end, and what Helm does about it by itself."""

from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.place import HOLD, Place
from tests.tools.helm.failures.templates import (
    claim,
    config,
    deployment,
    hook,
    job,
    named,
    orphan_pod,
    pod,
)

_WAIT = ("--wait", "--timeout=3s")


def _undone(place: Place) -> tuple[str, str]:
    """Return the flags that have a failed operation undone; Helm 4 gave the old one a new name."""
    return ("--rollback-on-failure" if place.version == 4 else "--atomic", "--timeout=3s")


def never_available(place: Place) -> str:
    return place.install(place.chart("one", deployment("replicas: 2")), *_WAIT)


def never_available_in_upgrade(place: Place) -> str:
    return place.changed(config(), deployment("replicas: 2"), *_WAIT)


def several(place: Place) -> str:
    return place.install(place.chart("one", deployment(), pod(), claim()), *_WAIT)


def in_the_old_way(place: Place) -> str:
    return place.install(place.chart("one", deployment()), "--wait=legacy", "--timeout=1s")


def after_a_rollback(place: Place) -> str:
    place.install_ok(place.chart("one", deployment()))
    place.upgrade_ok(place.chart("two", config()))
    return place.helm("rollback", place.release, "1", *_WAIT)


def uninstalled_again(place: Place) -> str:
    return place.install(place.chart("one", deployment()), *_undone(place))


def rolled_back(place: Place) -> str:
    return place.changed(config(), deployment(), *_undone(place))


def not_rolled_back(place: Place) -> str:
    bad = named(orphan_pod(metadata=hook("pre-rollback")), "hook")
    place.install_ok(place.chart("one", config(), bad))
    return place.upgrade(place.chart("two", deployment(), bad), *_undone(place))


def not_uninstalled(place: Place) -> str:
    bad = named(orphan_pod(metadata=hook("pre-delete")), "hook")
    return place.install(place.chart("one", deployment(), bad), *_undone(place))


def failed_job(place: Place) -> str:
    failing = job(spec="activeDeadlineSeconds: 1")
    flags = ("--wait", "--wait-for-jobs", "--timeout=30s")
    return place.install(place.chart("one", failing), *flags)


def no_progress(place: Place) -> str:
    slow = deployment("progressDeadlineSeconds: 1")
    return place.install(place.chart("one", slow), "--wait", "--timeout=30s")


def held_by_a_finalizer(place: Place) -> str:
    place.install_ok(place.chart("one", config(metadata=f", finalizers: [{HOLD}]")))
    try:
        return place.helm("uninstall", place.release, *_WAIT)
    finally:
        place.release_held(place.release)


_DEPLOYMENT = (
    "resource Deployment/NAMESPACE/RELEASE not ready. status: InProgress, message: Available: 0/"
)
CASES = (
    Case(
        "wait-timeout",
        "never-available",
        never_available,
        f"INSTALLATION FAILED: {_DEPLOYMENT}2\ncontext deadline exceeded",
        "INSTALLATION FAILED: context deadline exceeded",
        recorded=True,
    ),
    Case(
        "wait-timeout",
        "never-available-in-upgrade",
        never_available_in_upgrade,
        f"UPGRADE FAILED: {_DEPLOYMENT}2\ncontext deadline exceeded",
        detail={"object": "Deployment/NAMESPACE/RELEASE", "why": "Available: 0/2"},
        recorded=True,
    ),
    Case(
        "wait-timeout",
        "several",
        several,
        "resource PersistentVolumeClaim/NAMESPACE/RELEASE not ready. status: InProgress, message:"
        " PVC is not Bound. phase: Pending\nresource Pod/NAMESPACE/RELEASE not ready. status:"
        f" InProgress, message: Pod has not been scheduled\n{_DEPLOYMENT}1\ncontext deadline",
        recorded=True,
        others=("wait-timeout", "wait-timeout"),
    ),
    Case("wait-timeout", "in-the-old-way", in_the_old_way, "FAILED: context deadline exceeded"),
    Case(
        "wait-timeout",
        "after-a-rollback",
        after_a_rollback,
        f"release RELEASE failed: {_DEPLOYMENT}1",
        recorded=True,
    ),
    Case(
        "wait-timeout",
        "uninstalled-again",
        uninstalled_again,
        "release RELEASE failed, and has been uninstalled due to rollback-on-failure being set:"
        f" {_DEPLOYMENT}1",
        "release RELEASE failed, and has been uninstalled due to atomic being set: context",
        {"outcome": "uninstalled"},
    ),
    Case(
        "wait-timeout",
        "rolled-back",
        rolled_back,
        "release RELEASE failed, and has been rolled back due to rollback-on-failure being set:"
        f" {_DEPLOYMENT}1",
        "release RELEASE failed, and has been rolled back due to atomic being set: context",
        {"outcome": "rolled back"},
    ),
    Case(
        "missing-reference",
        "not-rolled-back",
        not_rolled_back,
        "an error occurred while rolling back the release. original upgrade error: "
        f"{_DEPLOYMENT}1\ncontext deadline exceeded: warning: Hook pre-rollback",
        "original upgrade error: context deadline exceeded: warning: Hook pre-rollback",
        {"outcome": "not rolled back", "event": "pre-rollback"},
        others=("wait-timeout",),
    ),
    Case(
        "missing-reference",
        "not-uninstalled",
        not_uninstalled,
        "an error occurred while uninstalling the release. original install error: ",
        detail={"outcome": "not uninstalled", "event": "pre-delete"},
        others=("wait-timeout",),
    ),
    Case(
        "wait-failed",
        "failed-job",
        failed_job,
        "resource Job/NAMESPACE/RELEASE not ready. status: Failed, message: Job Failed. failed: 1",
        detail={"object": "Job/NAMESPACE/RELEASE"},
        recorded=True,
    ),
    Case(
        "wait-failed",
        "no-progress",
        no_progress,
        "resource Deployment/NAMESPACE/RELEASE not ready. status: Failed, message: Progress"
        " deadline exceeded",
        recorded=True,
    ),
    Case(
        "deletion-stuck",
        "held-by-a-finalizer",
        held_by_a_finalizer,
        "uninstallation completed with 1 error(s): resource ConfigMap/NAMESPACE/RELEASE still"
        " exists. status: Terminating, message: Resource scheduled for deletion\ncontext deadline",
        detail={"object": "ConfigMap/NAMESPACE/RELEASE"},
    ),
    Case(
        "wait-timeout",
        "held-by-a-finalizer",
        held_by_a_finalizer,
        "",
        "uninstallation completed with 1 error(s): context deadline exceeded",
    ),
)
