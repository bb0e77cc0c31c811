"""Revisions compared with one another and with the cluster, on a real one, after real hands."""

import base64
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.bound import success
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.helm.diff import helm_diff
from clusterwright.tools.helm.differing import FieldDiff, ReleaseDiff
from clusterwright.tools.kubernetes.client.clusters import Clusters
from tests.tools.helm.workshop import DEPLOYMENT, VALUES, Workshop

if TYPE_CHECKING:
    from clusterwright.tools.manifest import Manifest

pytestmark = pytest.mark.anyio
OLD, NEW, BY_HAND = "old-battery-staple-1", "new-battery-staple-2", "typed-in-by-hand-3"
MORE = """\
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}-login}
stringData: {password: {{ .Values.password }}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-settings}
data:
  unset: null
  level: {{ .Values.level | quote }}
  whole: |
    {{- range $i := until 200 }}
    line {{ $i }} of {{ $.Values.level }}
    {{- end }}
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {app: {{ .Release.Name }}}
  ports: [{name: http, port: 80}, {name: dns, port: 80, protocol: UDP}]
{{- if .Values.extra }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-extra}
{{- end }}
"""


@pytest.fixture(scope="module")
def workshop(sandbox: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """Releases of two revisions, of Helm 4 and Helm 3; what is `still` nobody touches."""
    with Workshop.opened(sandbox, tmp_path_factory.mktemp("helm"), "diff") as made:
        values = {**VALUES, "password": OLD, "extra": True}
        chart = made.chart("web", {"web.yaml": DEPLOYMENT, "more.yaml": MORE}, values)
        changed = ("--set", f"password={NEW},extra=false,image.tag=2.0.0,level=debug")
        both = {"web": False, "older": True, "still": False, "still-older": True}
        for name, three in both.items():
            made.helm("install", name, chart, three=three)
            made.chart("web", {}, values, version="1.1.0")
            made.helm("upgrade", name, chart, *changed, three=three)
            made.chart("web", {}, values)
        yield made


@pytest.fixture
async def clusters(sandbox: Instance) -> AsyncIterator[Clusters]:
    found = Clusters(sandbox.kubeconfig)
    yield found
    await found.aclose()


def said(answer: ReleaseDiff) -> str:
    text = success(answer).model_dump_json(by_alias=True, exclude_none=True)
    for secret in (OLD, NEW, BY_HAND):
        assert secret not in text
        assert base64.b64encode(secret.encode()).decode() not in text
    assert len(text.encode()) <= 10_000
    return text


def fields(answer: ReleaseDiff) -> dict[tuple[str, str], FieldDiff]:
    """Return each field by the kind of its object and its path."""
    return {
        (one.object.partition("/")[0], field.path): field
        for one in answer.objects
        for field in one.fields
    }


async def test_two_revisions_differ_in_values_fields_and_objects(
    clusters: Clusters, workshop: Workshop
) -> None:
    found = await helm_diff(clusters, f"{workshop.namespace}/web", revision=1, to=2)
    said(found)
    assert found.chart == "web-1.0.0 -> web-1.1.0"
    assert (found.compared, found.changed, found.added, found.removed) == (5, 3, 0, 1)
    told = {key: (one.before, one.after) for key, one in fields(found).items()}
    whole = told.pop(("ConfigMap", "data.whole"))
    assert [str(one).splitlines()[0] for one in whole] == [
        "line 1: line 0 of info", "line 1: line 0 of debug"
    ]  # fmt: skip
    container = "spec.template.spec.containers[name=app]"
    assert told == {
        ("values", "extra"): (None, "false"),
        ("values", "image.tag"): (None, "2.0.0"),
        ("values", "level"): (None, "debug"),
        ("values", "password"): (None, "[redacted]"),
        ("ConfigMap", "data.level"): ("info", "debug"),
        ("Secret", "data.password"): ("[redacted]", "[redacted]"),
        ("Deployment", f"{container}.image"): (
            "registry.example/shop/web:1.0.0", "registry.example/shop/web:2.0.0"
        ),
        ("Deployment", f"{container}.env[name=LEVEL].value"): ("info", "debug"),
    }  # fmt: skip
    removed = [one.object for one in found.objects if one.change == "removed"]
    assert removed == [f"ConfigMap/{workshop.namespace}/web-extra"]


@pytest.mark.parametrize("name", ["still", "still-older"])
async def test_what_nobody_touched_has_not_drifted(
    clusters: Clusters, workshop: Workshop, name: str
) -> None:
    found = await helm_diff(clusters, f"{workshop.namespace}/{name}")
    assert (found.revision, found.compared, found.fields, found.objects) == (2, 4, 0, ())
    assert found.gaps == ()


DRIFTED = "spec.template.spec.containers[name=app]"


@pytest.mark.parametrize("name", ["web", "older"])
async def test_drift_names_who_caused_it(clusters: Clusters, workshop: Workshop, name: str) -> None:
    workshop.kubectl("scale", "deployment", name, "--replicas=2")
    workshop.kubectl("set", "image", f"deployment/{name}", "app=registry.example/other:9")
    password = base64.b64encode(BY_HAND.encode()).decode()
    patches: dict[str, Manifest] = {
        f"secret/{name}-login": {"data": {"password": password}},
        f"configmap/{name}-settings": {"data": {"level": "trace", "added": "theirs"}},
        f"service/{name}": {"spec": {"ports": [{"name": "http", "port": 8080}]}},
    }
    for which, patch in patches.items():
        manager = ("--field-manager=by-hand", "--type=merge")
        workshop.kubectl("patch", which, *manager, "-p", json.dumps(patch))
    found = await helm_diff(clusters, f"{workshop.namespace}/{name}")
    said(found)
    told = {key: (one.before, one.after, one.by) for key, one in fields(found).items()}
    assert told == {
        ("ConfigMap", "data.level"): ("debug", "trace", "by-hand (Update)"),
        ("Deployment", f"{DRIFTED}.image"): (
            "registry.example/shop/web:2.0.0",
            "registry.example/other:9",
            "kubectl-set (Update)",
        ),
        ("Deployment", "spec.replicas"): ("0", "2", "kubectl (Update of scale)"),
        ("Secret", "data.password"): ("[redacted]", "[redacted]", "by-hand (Update)"),
        ("Service", "spec.ports[name=http]"): ('{"name": "http", "port": 80}', None, None),
        ("Service", "spec.ports[name=dns]"): (
            '{"name": "dns", "port": 80, "protocol": "UDP"}', None, None
        ),
    }  # fmt: skip
    without = [path for (_, path), one in fields(found).items() if one.by and not one.when]
    assert without == ["spec.replicas"]  # the API server notes no time for a scale
    assert (found.changed, found.removed) == (4, 0)


async def test_an_object_that_is_gone_comes_first(clusters: Clusters, workshop: Workshop) -> None:
    workshop.helm("install", "gone", workshop.folder / "web")
    workshop.kubectl("delete", "service", "gone")
    workshop.kubectl("scale", "deployment", "gone", "--replicas=1")
    found = await helm_diff(clusters, f"{workshop.namespace}/gone")
    place = workshop.namespace
    assert [(one.change, one.object) for one in found.objects] == [
        ("gone", f"Service/{place}/gone"), ("changed", f"Deployment/{place}/gone")
    ]  # fmt: skip
    assert (found.changed, found.removed, found.compared) == (1, 1, 5)
    assert f"gone Service/{place}/gone" in found.render()


async def test_an_autoscaler_that_scales_is_named_as_such(
    clusters: Clusters, workshop: Workshop
) -> None:
    """One that may not go below its minimum scales up, whatever there is to measure."""
    workshop.helm("install", "scaled", workshop.folder / "web", "--set", "replicas=1")
    limits = ("--min=2", "--max=3", "--cpu=80%")
    workshop.kubectl("autoscale", "deployment", "scaled", *limits)
    asked = ("get", "deployment", "scaled", "-o", "jsonpath={.spec.replicas}")
    deadline = time.monotonic() + 120
    while workshop.kubectl(*asked) != "2":
        assert time.monotonic() < deadline
    found = await helm_diff(clusters, f"{workshop.namespace}/scaled")
    (field,) = fields(found).values()
    assert (field.path, field.before, field.after) == ("spec.replicas", "1", "2")
    scaler = f"HorizontalPodAutoscaler/{workshop.namespace}/scaled"
    assert (field.by, field.autoscaled) == (f"{scaler}, which scales it", True)


async def test_an_older_revision_is_compared_with_what_is_live(
    clusters: Clusters, workshop: Workshop
) -> None:
    found = await helm_diff(clusters, f"{workshop.namespace}/still", revision=1)
    assert found.note == "revision 2 (deployed) is newer: see to=2"
    assert fields(found)["Deployment", f"{DRIFTED}.image"].by == "helm (Apply)"
    assert [one.object for one in found.objects if one.change == "gone"] == [
        f"ConfigMap/{workshop.namespace}/still-extra"
    ]


async def test_pages_hold_each_field_once(clusters: Clusters, workshop: Workshop) -> None:
    name = f"{workshop.namespace}/web"
    whole = await helm_diff(clusters, name, revision=1, to=2, limit=500)
    seen: list[tuple[str, str | None]] = []
    cursor = None
    while True:
        page = await helm_diff(clusters, name, revision=1, to=2, limit=3, cursor=cursor)
        assert (page.changed, page.fields) == (whole.changed, whole.fields)
        seen += _listed(page)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == _listed(whole)
    with pytest.raises(InvalidInputError, match="another question"):
        await helm_diff(
            clusters, name, cursor=(await helm_diff(clusters, name, 1, 2, limit=1)).next_cursor
        )


def _listed(found: ReleaseDiff) -> list[tuple[str, str | None]]:
    return [
        (one.object, path)
        for one in found.objects
        for path in ([field.path for field in one.fields] or [None])
    ]


async def test_what_may_not_be_read_is_told(workshop: Workshop) -> None:
    some = Clusters(workshop.reader("without-services", "secrets", "deployments", "configmaps"))
    found = await helm_diff(some, f"{workshop.namespace}/still")
    assert [one.what for one in found.gaps] == ["Service"]
    assert "Not compared: Service (forbidden: " in found.render()
    assert found.compared == 3
    await some.aclose()


async def test_a_revision_that_is_not_kept_is_answered_with_those_that_are(
    clusters: Clusters, workshop: Workshop
) -> None:
    with pytest.raises(NotFoundError, match="revision 7") as raised:
        await helm_diff(clusters, f"{workshop.namespace}/web", revision=1, to=7)
    assert raised.value.hint == "these are: 2, 1"
