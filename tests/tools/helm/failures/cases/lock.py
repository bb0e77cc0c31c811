"""Operations that were ended, and what they leave behind."""

import signal

from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.place import Place
from tests.tools.helm.failures.templates import config, deployment, hook, named, orphan_pod


def upgrade_killed(place: Place) -> str:
    """Show as well that a rollback is taken in spite of the lock, and opens it."""
    place.install_ok(place.chart("before", config()))
    place.killed("upgrade", place.chart("after", deployment()), signal.SIGKILL)
    said = place.upgrade("before")
    place.helm_ok("rollback", place.release, "1")
    place.upgrade_ok("before")
    return said


def install_killed(place: Place) -> str:
    """Show as well that an uninstall takes it away."""
    place.killed("install", place.chart("first", deployment()), signal.SIGKILL)
    said = place.upgrade("first")
    place.helm_ok("uninstall", place.release)
    return said


def rollback_refused(place: Place) -> str:
    """Fail before a rollback, which leaves it pending without any Helm at work."""
    bad = named(orphan_pod(metadata=hook("pre-rollback")), "hook")
    place.install_ok(place.chart("with-hook", config(), bad))
    place.upgrade_ok("with-hook")
    place.helm("rollback", place.release, "1")
    return place.upgrade("with-hook")


def terminated(place: Place) -> str:
    place.install_ok(place.chart("before", config()))
    return place.killed("upgrade", place.chart("after", deployment()), signal.SIGTERM)


def stray_record(place: Place) -> str:
    place.install_ok(place.chart("before", config()))
    name = f"sh.helm.release.v1.{place.release}.v2"
    place.create({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}})
    return place.upgrade("before")


_PENDING = "another operation (install/upgrade/rollback) is in progress"
CASES = (
    Case("pending-lock", "upgrade-killed", upgrade_killed, _PENDING, _PENDING),
    Case("pending-lock", "install-killed", install_killed, _PENDING),
    Case("pending-lock", "hook-before-rollback-refused", rollback_refused, _PENDING, _PENDING),
    Case(
        "cancelled", "terminated", terminated, "context canceled", "context canceled", recorded=True
    ),
    Case("record-exists", "stray-record", stray_record, "release: already exists"),
)
