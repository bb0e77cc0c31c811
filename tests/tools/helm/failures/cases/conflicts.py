"""Fields and objects that somebody else has."""

from dataclasses import replace

from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.place import Place
from tests.tools.helm.failures.templates import JOINED, config, deployment, service

_OURS = "app.kubernetes.io/managed-by"


def scaled(place: Place) -> str:
    place.install_ok(place.chart("one", deployment()))
    place.kubectl("scale", "deployment", place.release, "--replicas=3")
    return place.upgrade(place.chart("two", deployment("replicas: 2")))


def many_managers(place: Place) -> str:
    place.install_ok(place.chart("one", config("{a: a, b: b}"), deployment()))
    place.apply("editor", place.object(data={"a": "x", "b": "y"}))
    place.kubectl("scale", "deployment", place.release, "--replicas=3")
    place.kubectl("set", "image", f"deployment/{place.release}", "app=other")
    return place.upgrade(place.chart("two", config("{a: z, b: z}"), deployment("replicas: 2")))


def of_helm_3(place: Place) -> str:
    """Take over with Helm 4 what Helm 3 made and somebody patched."""
    replace(place, version=3).install_ok(place.chart("one", deployment()))
    place.kubectl("patch", "deployment", place.release, "--patch", '{"spec": {"replicas": 4}}')
    return place.upgrade(place.chart("two", deployment("replicas: 2")), "--server-side=true")


def pinned_version(place: Place) -> str:
    return place.changed(config(), config("{a: c}", metadata=', resourceVersion: "1"'))


def nobodys_object(place: Place) -> str:
    place.create(place.object())
    return place.refused(config())


def object_of_another(place: Place) -> str:
    meta = {
        "name": place.release,
        "labels": {_OURS: "Helm"},
        "annotations": {
            "meta.helm.sh/release-name": "other",
            "meta.helm.sh/release-namespace": "elsewhere",
        },
    }
    place.create({**place.object(), "metadata": meta})
    return place.refused(config())


def nobodys_object_in_upgrade(place: Place) -> str:
    place.create(place.object("Service", spec={"ports": [{"port": 80}]}))
    return place.changed(config(), config() + JOINED + service())


def rendered_twice(place: Place) -> str:
    return place.refused(config(), config())


def rendered_twice_for_both(place: Place) -> str:
    """Show that Helm 4 merges without a word what Helm 3 refuses."""
    place.install_ok(place.chart("twice", config("{a: first}"), config("{a: second}")))
    assert place.find("ConfigMap", place.release)
    return replace(place, version=3, release=f"{place.release}-3").refused(config(), config())


_UNOWNED = (
    'ConfigMap "RELEASE" in namespace "NAMESPACE" exists and cannot be imported into the current'
    " release: invalid ownership metadata; label validation error: missing key"
    f' "{_OURS}": must be set to "Helm"; annotation validation error: missing key'
    ' "meta.helm.sh/release-name": must be set to "RELEASE"'
)
_MODIFIED = 'Operation cannot be fulfilled on configmaps "RELEASE": the object has been modified'
CASES = (
    Case(
        "conflict",
        "scaled",
        scaled,
        "conflict occurred while applying object NAMESPACE/RELEASE apps/v1, Kind=Deployment: Apply"
        ' failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1:'
        " .spec.replicas",
        detail={
            "manager": "kubectl",
            "field": ".spec.replicas",
            "conflicts": "kubectl (scale): .spec.replicas",
            "object": "Deployment/NAMESPACE/RELEASE",
        },
        recorded=True,
    ),
    Case(
        "conflict",
        "many-managers",
        many_managers,
        'Apply failed with 2 conflicts: conflicts with "editor":\n- .data.a\n- .data.b && conflict'
        " occurred while applying object NAMESPACE/RELEASE apps/v1, Kind=Deployment: Apply failed"
        ' with 2 conflicts: conflicts with "kubectl" with subresource "scale" using apps/v1:\n'
        '- .spec.replicas\nconflicts with "kubectl-set" using apps/v1:\n',
        detail={"manager": "editor", "conflicts": "editor: .data.a, .data.b"},
        recorded=True,
        others=("conflict",),
    ),
    Case(
        "conflict",
        "of-helm-3",
        of_helm_3,
        'conflict with "kubectl-patch" using apps/v1: .spec.replicas',
        detail={"manager": "kubectl-patch", "field": ".spec.replicas"},
    ),
    Case(
        "changed-meanwhile",
        "pinned-version",
        pinned_version,
        "conflict occurred while applying object NAMESPACE/RELEASE /v1, Kind=ConfigMap: "
        f"{_MODIFIED}",
        f'cannot patch "RELEASE" with kind ConfigMap: {_MODIFIED}',
        recorded=True,
    ),
    Case(
        "ownership",
        "nobodys-object",
        nobodys_object,
        f"unable to continue with install: {_UNOWNED}",
        f"Unable to continue with install: {_UNOWNED}",
        {"object": "ConfigMap/NAMESPACE/RELEASE"},
    ),
    Case(
        "ownership",
        "object-of-another",
        object_of_another,
        'annotation validation error: key "meta.helm.sh/release-name" must equal "RELEASE": current'
        ' value is "other"; annotation validation error: key "meta.helm.sh/release-namespace" must'
        ' equal "NAMESPACE": current value is "elsewhere"',
        detail={"owner": "elsewhere/other"},
    ),
    Case(
        "ownership",
        "nobodys-object-in-upgrade",
        nobodys_object_in_upgrade,
        'unable to continue with update: Service "RELEASE" in namespace "NAMESPACE" exists',
        'Unable to continue with update: Service "RELEASE" in namespace "NAMESPACE" exists',
        {"object": "Service/NAMESPACE/RELEASE"},
    ),
    Case(
        "duplicate-object",
        "rendered-twice",
        rendered_twice,
        "",
        '* configmaps "RELEASE" already exists',
        {"object": "configmaps/RELEASE"},
        recorded=True,
    ),
    Case(
        "duplicate-object",
        "rendered-twice-for-helm-4",
        rendered_twice_for_both,
        'configmaps "RELEASE-3" already exists',
    ),
)
