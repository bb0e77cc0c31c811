"""Releases and revisions that are not there or not fit, and records that are of no use."""

import random

from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.place import Place
from tests.tools.helm.failures.stored import rewrite, store
from tests.tools.helm.failures.templates import config


def installed_twice(place: Place) -> str:
    place.install_ok(place.chart("one", config()))
    return place.install("one")


def upgrade_of_nothing(place: Place) -> str:
    return place.upgrade(place.chart("one", config()))


def upgrade_of_uninstalled(place: Place) -> str:
    place.install_ok(place.chart("one", config()))
    place.helm_ok("uninstall", place.release, "--keep-history")
    return place.upgrade("one")


def status_of_nothing(place: Place) -> str:
    return place.helm("status", place.release)


def uninstall_of_nothing(place: Place) -> str:
    return place.helm("uninstall", place.release)


def rollback_too_far(place: Place) -> str:
    place.install_ok(place.chart("one", config()))
    return place.helm("rollback", place.release, "99")


def uninstalled_twice(place: Place) -> str:
    place.install_ok(place.chart("one", config()))
    place.helm_ok("uninstall", place.release, "--keep-history")
    return place.helm("uninstall", place.release, "--keep-history")


def name_with_underscore(place: Place) -> str:
    return place.helm("install", "A_b", place.path(place.chart("one", config())))


def _big(place: Place, characters: int) -> str:
    drawn = random.Random(7).choices([chr(one) for one in range(33, 127)], k=characters)
    return place.install(place.chart("big", config(), files={"files/noise": "".join(drawn)}))


def above_one_megabyte(place: Place) -> str:
    return _big(place, 1_300_000)


def above_three_megabytes(place: Place) -> str:
    return _big(place, 3_600_000)


def record_overwritten(place: Place) -> str:
    place.install_ok(place.chart("one", config()))
    store(place, b"H4sIAAAA")
    return place.upgrade("one")


def record_overwritten_and_asked_for(place: Place) -> str:
    place.install_ok(place.chart("one", config()))
    store(place, b"H4sIAAAA")
    return place.helm("get", "manifest", place.release, "--revision", "1")


def _with(place: Place, api: str, kind: str) -> None:
    added = f"\n---\napiVersion: {api}\nkind: {kind}\nmetadata: {{name: {place.release}}}\n"
    rewrite(place, lambda release: release.update(manifest=release["manifest"] + added))


def old_ingress(place: Place) -> str:
    place.install_ok(place.chart("one", config()))
    _with(place, "extensions/v1beta1", "Ingress")
    return place.upgrade("one")


def rollback_to_old_budget(place: Place) -> str:
    place.install_ok(place.chart("one", config()))
    place.upgrade_ok("one")
    _with(place, "policy/v1beta1", "PodDisruptionBudget")
    return place.helm("rollback", place.release, "1")


def uninstall_of_old_budget(place: Place) -> str:
    place.install_ok(place.chart("one", config()))
    _with(place, "policy/v1beta1", "PodDisruptionBudget")
    return place.helm("uninstall", place.release)


_NO_RELEASES = '"RELEASE" has no deployed releases'
_LATER = 'data "sh.helm.release.v1.RELEASE.v1": unexpected EOF'
CASES = (
    Case(
        "name-in-use",
        "installed-twice",
        installed_twice,
        "release name check failed: cannot reuse a name that is still in use",
        "cannot re-use a name that is still in use",
    ),
    Case(
        "no-deployed-release",
        "upgrade-of-nothing",
        upgrade_of_nothing,
        _NO_RELEASES,
        _NO_RELEASES,
        {"release": "RELEASE"},
    ),
    Case("no-deployed-release", "upgrade-of-uninstalled", upgrade_of_uninstalled, _NO_RELEASES),
    Case("release-not-found", "status-of-nothing", status_of_nothing, "Error: release: not found"),
    Case(
        "release-not-found",
        "uninstall-of-nothing",
        uninstall_of_nothing,
        "uninstall: Release not loaded: RELEASE: release: not found",
        detail={"release": "RELEASE"},
    ),
    Case(
        "no-revision",
        "rollback-too-far",
        rollback_too_far,
        "release has no 99 version",
        detail={"revision": "99"},
    ),
    Case(
        "already-uninstalled",
        "uninstalled-twice",
        uninstalled_twice,
        'the release named "RELEASE" is already deleted',
        detail={"release": "RELEASE"},
    ),
    Case(
        "release-name",
        "name-with-underscore",
        name_with_underscore,
        'release name check failed: release name "A_b": invalid release name',
        'release name "A_b": invalid release name',
        {"name": "A_b"},
    ),
    Case(
        "release-too-big",
        "above-one-megabyte",
        above_one_megabyte,
        'Secret "sh.helm.release.v1.RELEASE.v1" is invalid: data: Too long: may not be more than'
        " 1048576 bytes",
        detail={"release": "RELEASE", "limit": "1048576"},
    ),
    Case(
        "release-too-big",
        "above-three-megabytes",
        above_three_megabytes,
        "create: failed to create: Request entity too large: limit is 3145728",
        detail={"limit": "3145728"},
    ),
    Case(
        "record-unreadable",
        "record-overwritten",
        record_overwritten,
        'no revision for release "RELEASE"',
        'no revision for release "RELEASE"',
        {"release": "RELEASE"},
    ),
    Case(
        "record-unreadable",
        "record-overwritten-and-asked-for",
        record_overwritten_and_asked_for,
        f"get: failed to decode {_LATER}",  # Helm 3.22 ends with a panic here
        detail={"release": "RELEASE"},
    ),
    Case(
        "api-removed",
        "old-ingress",
        old_ingress,
        "unable to build kubernetes objects from current release manifest: resource mapping not"
        ' found for name: "RELEASE" namespace: "" from "": no matches for kind "Ingress" in version'
        ' "extensions/v1beta1"',
        'from current release manifest: resource mapping not found for name: "RELEASE"',
        {"kind": "Ingress", "api": "extensions/v1beta1", "object": "Ingress/RELEASE"},
    ),
    Case(
        "api-removed",
        "rollback-to-old-budget",
        rollback_to_old_budget,
        "unable to build kubernetes objects from new release manifest: resource mapping not found",
        detail={"kind": "PodDisruptionBudget", "api": "policy/v1beta1"},
    ),
    Case(
        "uninstall-failed",
        "uninstall-of-old-budget",
        uninstall_of_old_budget,
        "Error: failed to delete release: RELEASE",
        "Error: failed to delete release: RELEASE",
        recorded=True,
    ),
)
