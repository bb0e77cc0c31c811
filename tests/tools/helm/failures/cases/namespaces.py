"""Namespaces that are missing, going away, or full."""

from dataclasses import replace

from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.place import Place
from tests.tools.helm.failures.templates import config, pod


def _quota(place: Place, **hard: str) -> Place:
    limited = place.elsewhere()
    spec = {"hard": {key.replace("_", "."): value for key, value in hard.items()}}
    limited.create(limited.object("ResourceQuota", spec=spec))

    def counted() -> bool:
        found = limited.find("ResourceQuota", place.release)
        return "hard" in (found or {}).get("status", {})

    limited.until(counted)
    return limited


def not_there(place: Place) -> str:
    return replace(place, namespace=f"{place.namespace}-none").refused(config())


def another_not_there(place: Place) -> str:
    return place.refused(config(metadata=f", namespace: {place.namespace}-none"))


def going_away(place: Place) -> str:
    leaving = place.elsewhere()
    with leaving.held("held"):
        meta = {"name": leaving.namespace}
        leaving.api.delete("", {"apiVersion": "v1", "kind": "Namespace", "metadata": meta})
        return leaving.refused(config())


def too_many_pods(place: Place) -> str:
    return _quota(place, pods="0").refused(pod())


def requests_demanded(place: Place) -> str:
    return _quota(place, requests_cpu="1").refused(pod())


def records_counted(place: Place) -> str:
    return _quota(place, secrets="0").refused(config())


def too_large_container(place: Place) -> str:
    limited = place.elsewhere()
    most = {"type": "Container", "max": {"cpu": "1"}}
    limited.create(limited.object("LimitRange", spec={"limits": [most]}))
    return limited.refused(pod(container=", resources: {limits: {cpu: 2}}"))


_RECORD = 'secrets "sh.helm.release.v1.RELEASE.v1" is forbidden: '
_QUOTA = "is forbidden: exceeded quota: RELEASE, requested: pods=1, used: pods=0, limited: pods=0"
CASES = (
    Case(
        "namespace-missing",
        "not-there",
        not_there,
        'create: failed to create: namespaces "NAMESPACE-none" not found',
        detail={"namespace": "NAMESPACE-none"},
    ),
    Case(
        "namespace-missing",
        "another-not-there",
        another_not_there,
        "server-side apply failed for object NAMESPACE-none/RELEASE /v1, Kind=ConfigMap:"
        ' namespaces "NAMESPACE-none" not found',
        '1 error occurred:\n\t* namespaces "NAMESPACE-none" not found',
        {"namespace": "NAMESPACE-none"},
        recorded=True,
    ),
    Case(
        "namespace-terminating",
        "going-away",
        going_away,
        f"{_RECORD}unable to create new content in namespace OWN because it is being terminated",
        detail={"namespace": "OWN"},
    ),
    Case(
        "quota",
        "too-many-pods",
        too_many_pods,
        f'server-side apply failed for object OWN/RELEASE /v1, Kind=Pod: pods "RELEASE" {_QUOTA}',
        f'* pods "RELEASE" {_QUOTA}',
        {"quota": "RELEASE"},
    ),
    Case(
        "quota",
        "requests-demanded",
        requests_demanded,
        "failed quota: RELEASE: must specify requests.cpu for: app",
        detail={"quota": "RELEASE", "why": "must specify requests.cpu for: app"},
    ),
    Case("quota", "records-counted", records_counted, f"{_RECORD}exceeded quota: RELEASE,"),
    Case(
        "limit-range",
        "too-large-container",
        too_large_container,
        "maximum cpu usage per Container is 1, but limit is 2",
        detail={"why": "maximum cpu usage per Container is 1, but limit is 2"},
    ),
)
