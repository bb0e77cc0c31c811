"""helm_find_problems on a real API server, of releases that the real Helm 3 and Helm 4 made."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.finding import Edge
from clusterwright.tools.helm.find_problems import helm_find_problems
from clusterwright.tools.helm.record import decode
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.problems import Problems
from tests.tools.helm.estates import packed
from tests.tools.helm.workshop import DEPLOYMENT, VALUES, Workshop

pytestmark = pytest.mark.anyio
NOWHERE = "      nodeSelector: {nowhere: here}\n      containers:"
TEMPLATES = {
    "deployment.yaml": DEPLOYMENT.replace("      containers:", NOWHERE),
    "service.yaml": """\
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {app: {{ .Release.Name }}, tier: {{ .Values.tier | default "web" | quote }}}
  ports: [{port: 80}]
""",
}
SCHEMA = {"properties": {"level": {"enum": ["debug", "info"]}}}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def workshop(sandbox: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with Workshop.opened(sandbox, tmp_path_factory.mktemp("workshop"), "problems") as found:
        make(found)
        yield found


@pytest.fixture
async def clusters(sandbox: Instance) -> AsyncIterator[Clusters]:
    found = Clusters(sandbox.kubeconfig)
    yield found
    await found.aclose()


def make(workshop: Workshop) -> None:
    """Make a release of each kind of trouble, and two that are well."""
    files = {"values.schema.json": json.dumps(SCHEMA)}
    chart = workshop.chart("web", TEMPLATES, files=files)
    for name in ("well", "moved", "torn", "lost", "argued", "pictured"):
        workshop.helm("install", name, chart)
    workshop.helm("install", "older", chart, three=True, driver="configmap")
    workshop.helm("install", "refused", chart, "--skip-schema-validation", "--set", "level=loud")
    level = json.dumps([{"name": "LEVEL", "value": "debug"}])
    edit = f'{{"spec":{{"template":{{"spec":{{"containers":[{{"name":"app","env":{level}}}]}}}}}}}}'
    workshop.kubectl("patch", "deployment", "moved", "--field-manager=kubectl-edit", "-p", edit)
    workshop.kubectl("delete", "service", "torn")
    workshop.kubectl("delete", "secret", "sh.helm.release.v1.lost.v1")
    scale = '{"spec":{"replicas":3}}'
    workshop.kubectl("patch", "deployment", "argued", "--field-manager=planner", "-p", scale)
    workshop.helm("upgrade", "argued", chart, "--set", "replicas=2", fails=True)
    waits = ("--set", "replicas=1", "--wait")
    workshop.killed("install", "stuck", chart, *waits, record="sh.helm.release.v1.stuck.v1")
    age(workshop, "stuck")
    workshop.helm("upgrade", "pictured", chart, "--set", "replicas=1,image.tag=9.9.9")
    cannot_pull(workshop, "pictured")


def age(workshop: Workshop, name: str) -> None:
    """Have the first revision of a release written long ago."""
    found = workshop.record(name, 1)
    payload = decode(found).raw
    payload["info"]["last_deployed"] = LONG_AGO.isoformat()
    aged = packed(payload, name, 1, payload["info"]["status"])["data"]
    seconds = str(int(LONG_AGO.timestamp()))
    patch = {"metadata": {"labels": {"modifiedAt": seconds}}, "data": aged}
    record = found["metadata"]["name"]
    workshop.kubectl("patch", "secret", record, "--type=merge", "-p", json.dumps(patch))


def cannot_pull(workshop: Workshop, name: str) -> None:
    """Write what a kubelet would of a pod whose image does not exist; no node takes it."""
    selector = f"app={name}"
    condition = "jsonpath={.status.conditions[?(@.type=='PodScheduled')].reason}=Unschedulable"
    workshop.kubectl("wait", "pod", "-l", selector, f"--for={condition}", "--timeout=60s")
    pod = workshop.kubectl("get", "pod", "-l", selector, "-o", "name").strip()
    waits = {"reason": "ErrImagePull", "message": "registry.example/shop/web:9.9.9: not found"}
    told = {
        "name": "app",
        "image": "registry.example/shop/web:9.9.9",
        "imageID": "",
        "ready": False,
        "restartCount": 0,
        "state": {"waiting": waits},
    }
    patch = json.dumps({"status": {"containerStatuses": [told]}})
    workshop.kubectl("patch", pod, "--subresource=status", "--type=merge", "-p", patch)


async def problems(clusters: Clusters, workshop: Workshop) -> Problems:
    return await helm_find_problems(clusters, namespace=workshop.namespace, limit=50)


async def seen_by(kubeconfig: Path, workshop: Workshop) -> Problems:
    clusters = Clusters(kubeconfig)
    try:
        return await problems(clusters, workshop)
    finally:
        await clusters.aclose()


async def test_each_release_is_told_of_what_is_wrong_with_it(
    clusters: Clusters, workshop: Workshop
) -> None:
    found = await problems(clusters, workshop)
    told: dict[str, set[str]] = defaultdict(set)
    for one in found.findings:
        told[one.subject.name].add(one.code)
    assert told == {
        "moved": {"release/drifted"},
        "torn": {"release/object-missing"},
        "lost": {"release/orphan"},
        "refused": {"release/values-rejected"},
        "argued": {"release/failed"},
        "stuck": {"release/locked"},
        "pictured": {"release/bad-image"},
    }
    assert found.coverage.complete
    assert found.coverage.checked["HelmRelease"] == 8


async def test_the_value_and_the_revision_that_named_an_image(
    clusters: Clusters, workshop: Workshop
) -> None:
    found = await problems(clusters, workshop)
    (told,) = [one for one in found.findings if one.code == "release/bad-image"]
    assert told.title == (
        f'Image tag "9.9.9" of Deployment/{workshop.namespace}/pictured cannot be pulled; it was'
        " set by image.tag in the values of revision 2, where revision 1 had"
        ' "registry.example/shop/web:1.0.0"'
    )
    assert told.remedies[0].changes[0]["revision"] == 1


async def test_who_changed_what_and_who_holds_what(clusters: Clusters, workshop: Workshop) -> None:
    titles = {one.code: one.title for one in (await problems(clusters, workshop)).findings}
    assert "was changed by kubectl-edit" in titles["release/drifted"]
    assert "planner: .spec.replicas" in titles["release/failed"]


async def test_workloads_that_are_not_well_are_joined_to_their_release(
    clusters: Clusters, workshop: Workshop
) -> None:
    found = await problems(clusters, workshop)
    joined = {str(one.source) for one in found.relations if one.edge is Edge.RELEASED_BY}
    assert f"Deployment/{workshop.namespace}/pictured" in joined
    assert f"Deployment/{workshop.namespace}/well" not in joined


async def test_a_namespace_without_releases_has_none_and_no_problem(clusters: Clusters) -> None:
    found = await helm_find_problems(clusters, namespace="kube-public")
    assert found.render() == (
        f"No problems found in what was checked on {found.cluster}.\nChecked: 0 HelmRelease."
    )


async def test_who_may_not_list_secrets_is_told_so_and_the_rest_is_read(
    workshop: Workshop,
) -> None:
    resources = ("deployments", "services", "pods", "replicasets")
    found = await seen_by(workshop.reader("restricted", *resources), workshop)
    assert found.findings == ()
    assert "HelmRelease" not in found.coverage.checked
    assert found.coverage.checked["Deployment"] > 0
    missing = {one.what: one.reason for one in found.coverage.gaps}
    assert "may not list secrets, in which its records are, " in missing["HelmRelease"]
    assert "Secret" in missing
    assert "Deployment" not in missing


async def test_who_may_list_secrets_alone_is_told_what_records_tell(workshop: Workshop) -> None:
    found = await seen_by(workshop.reader("records", "secrets"), workshop)
    codes = {one.code for one in found.findings}
    assert codes == {"release/failed", "release/locked", "release/values-rejected"}
    assert "Deployment" in {one.what for one in found.coverage.gaps}


async def test_secrets_of_values_are_in_no_answer(
    clusters: Clusters, workshop: Workshop, tmp_path: Path
) -> None:
    secret = "-".join(("correct", "horse", "battery", "staple"))
    values = tmp_path / "values.json"
    values.write_text(json.dumps({**VALUES, "level": secret, "db": {"password": secret}}))
    chart = workshop.folder / "web"
    flags = ("--skip-schema-validation", "-f", values)
    workshop.helm("install", "secretive", chart, *flags)
    found = await problems(clusters, workshop)
    assert "secretive" in {one.subject.name for one in found.findings}
    assert secret not in found.model_dump_json()
    assert secret not in found.render()
    workshop.helm("uninstall", "secretive")
