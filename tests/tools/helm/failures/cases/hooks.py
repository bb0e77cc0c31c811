"""Hooks of every event: refused, never done, failed, in the way of the next."""

from collections.abc import Callable

from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.place import Place
from tests.tools.helm.failures.templates import config, hook, job, named, orphan_pod, pod

_SOON = "--timeout=2s"


def _never(event: str, policy: str = "", image: str = "none") -> str:
    """Return a hook's Job that never ends."""
    return named(job(image, metadata=hook(event, policy)), "hook")


def _refused(event: str) -> str:
    return named(orphan_pod(metadata=hook(event)), "hook")


def _install(make: Callable[[str], str], event: str) -> Callable[[Place], str]:
    return lambda place: place.install(place.chart("one", config(), make(event)), _SOON)


def _upgrade(make: Callable[[str], str], event: str) -> Callable[[Place], str]:
    def play(place: Place) -> str:
        place.install_ok(place.chart("before", config()))
        return place.upgrade(place.chart("one", config(), make(event)), _SOON)

    return play


def _later(operation: str, make: Callable[[str], str], event: str) -> Callable[[Place], str]:
    def play(place: Place) -> str:
        place.install_ok(place.chart("one", config(), make(event)))
        if operation == "rollback":
            place.upgrade_ok("one")
        return place.helm(operation, place.release, _SOON)

    return play


def failed_job(place: Place) -> str:
    failing = named(job(metadata=hook("pre-install"), spec="activeDeadlineSeconds: 1"), "hook")
    return place.install(place.chart("one", config(), failing), "--timeout=30s")


def failed_pod(place: Place) -> str:
    """Write the status of a hook's pod as a kubelet does when its container fails."""
    name = f"{place.release}-hook"
    chart = place.chart("one", config(), named(pod(metadata=hook("pre-install")), "hook"))
    return place.meanwhile(
        ("install", place.release, place.path(chart), "--timeout=30s"),
        lambda: place.find("Pod", name) is not None,
        lambda _: place.api.merge(
            place.namespace, "Pod", f"{name}/status", {"status": {"phase": "Failed"}}
        ),
    )


def left_by_the_last_run(place: Place) -> str:
    """Leave a Job behind by a policy that removes it only if it succeeds."""
    place.install_ok(place.chart("before", config()))
    policy = "hook-succeeded"
    place.upgrade(place.chart("one", config(), _never("pre-upgrade", policy, "one")), _SOON)
    return place.upgrade(place.chart("two", config(), _never("pre-upgrade", policy, "two")), _SOON)


def left_by_somebody(place: Place) -> str:
    kept = named(config(metadata=hook("pre-install", "hook-succeeded")), "hook")
    name = f"{place.release}-hook"
    place.create({**place.object(data={"a": "other"}), "metadata": {"name": name}})
    return place.install(place.chart("one", config(), kept))


def old_one_does_not_go(place: Place) -> str:
    fresh = named(config(metadata=hook("pre-install")), "hook")
    with place.held(f"{place.release}-hook"):
        return place.install(place.chart("one", config(), fresh), "--wait", _SOON)


_JOB = "resource Job/NAMESPACE/RELEASE-hook not ready. status: InProgress, message: Job in progress"
_TIMES_OUT = f"{_JOB}\ncontext deadline exceeded"
_TIMES_OUT_3 = "1 error occurred:\n\t* timed out waiting for the condition"
_HOOK = {"object": "Job/NAMESPACE/RELEASE-hook"}
_PATH = {"hook": "one/templates/1.yaml"}
_MISSES = "failed: server-side apply failed for object NAMESPACE/RELEASE-hook /v1, Kind=Pod: "


def _times_out(event: str, before: str, play: Callable[[Place], str], helm3: bool) -> Case:
    said = f"{before}{_TIMES_OUT_3}" if helm3 else ""
    detail = {"event": event, "symptom": "wait-timeout"}
    return Case("hook-failed", event, play, f"{before}{_TIMES_OUT}", said, detail, recorded=True)


def _unnamed(event: str, play: Callable[[Place], str], before: str = "Error: ") -> Case:
    """Return a case of which no word tells that it is a hook."""
    return Case("wait-timeout", event, play, f"{before}{_TIMES_OUT}", detail=_HOOK)


def _misses(event: str, play: Callable[[Place], str], helm3: bool = False) -> Case:
    before = f"warning: Hook {event} one/templates/1.yaml "
    said = f"{before}failed: 1 error occurred:\n\t* pods" if helm3 else ""
    detail = {"event": event, **_PATH, "reference": "absent"}
    return Case("missing-reference", f"{event}-refused", play, f"{before}{_MISSES}", said, detail)


CASES = (
    _times_out("pre-install", "failed pre-install: ", _install(_never, "pre-install"), True),
    _times_out("post-install", "failed post-install: ", _install(_never, "post-install"), False),
    _times_out("pre-upgrade", "pre-upgrade hooks failed: ", _upgrade(_never, "pre-upgrade"), True),
    _times_out(
        "post-upgrade", "post-upgrade hooks failed: ", _upgrade(_never, "post-upgrade"), False
    ),
    _unnamed("pre-rollback", _later("rollback", _never, "pre-rollback")),
    _unnamed("post-rollback", _later("rollback", _never, "post-rollback")),
    _unnamed("pre-delete", _later("uninstall", _never, "pre-delete")),
    _unnamed(
        "post-delete",
        _later("uninstall", _never, "post-delete"),
        "uninstallation completed with 1 error(s): ",
    ),
    _unnamed("test", _later("test", _never, "test")),
    _misses("pre-install", _install(_refused, "pre-install"), helm3=True),
    _misses("post-install", _install(_refused, "post-install")),
    _misses("pre-upgrade", _upgrade(_refused, "pre-upgrade")),
    _misses("post-upgrade", _upgrade(_refused, "post-upgrade")),
    _misses("pre-rollback", _later("rollback", _refused, "pre-rollback")),
    _misses("post-rollback", _later("rollback", _refused, "post-rollback")),
    _misses("pre-delete", _later("uninstall", _refused, "pre-delete")),
    _misses("post-delete", _later("uninstall", _refused, "post-delete")),
    _misses("test", _later("test", _refused, "test")),
    Case(
        "hook-failed",
        "failed-job",
        failed_job,
        "failed pre-install: resource Job/NAMESPACE/RELEASE-hook not ready. status: Failed,"
        " message: Job Failed. failed: 1/1",
        "failed pre-install: 1 error occurred:\n\t* job RELEASE-hook failed: DeadlineExceeded",
        {"event": "pre-install", "symptom": "wait-failed"},
        recorded=True,
    ),
    Case(
        "hook-failed",
        "failed-pod",
        failed_pod,
        "failed pre-install: resource Pod/NAMESPACE/RELEASE-hook not ready. status: Failed,",
        "failed pre-install: 1 error occurred:\n\t* pod RELEASE-hook failed",
        {"event": "pre-install", "symptom": "wait-failed"},
        recorded=True,
    ),
    Case(
        "immutable-field",
        "left-by-the-last-run",
        left_by_the_last_run,
        'Job.batch "RELEASE-hook" is invalid: spec.template: Invalid value: ',
        detail={"event": "pre-upgrade", "field": "spec.template"},
    ),
    Case(
        "duplicate-object",
        "left-by-the-last-run",
        left_by_the_last_run,
        "",
        'jobs.batch "RELEASE-hook" already exists',
        {"event": "pre-upgrade", "object": "jobs/RELEASE-hook"},
    ),
    Case(
        "conflict",
        "left-by-somebody",
        left_by_somebody,
        'Apply failed with 1 conflict: conflict with "somebody" using v1: .data.a',
        detail={"event": "pre-install", "manager": "somebody"},
    ),
    Case(
        "hook-failed",
        "old-one-does-not-go",
        old_one_does_not_go,
        "failed pre-install: resource ConfigMap/NAMESPACE/RELEASE-hook still exists. status:"
        " Terminating, message: Resource scheduled for deletion\ncontext deadline exceeded",
        "failed pre-install: context deadline exceeded",
        {"event": "pre-install"},
    ),
)
