"""Releases, as Helm records them and clusters hold them, and what the analyzers say of them."""

import base64
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import cast

import yaml

from clusterwright.tools.analyze import group
from clusterwright.tools.analyzer import Analyzer, Fulfilled, LogRequest, ReadRequest
from clusterwright.tools.errors import InvalidInputError, ToolError
from clusterwright.tools.finding import Finding
from clusterwright.tools.helm.analyzers import ANALYZERS
from clusterwright.tools.helm.estate import Estate, Served
from clusterwright.tools.helm.objects import Object, parse, placed
from clusterwright.tools.helm.record import Release, Revision, decode, revision_of
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import NOW, ago

CART = Ref("HelmRelease", "cart", "shop")
HOUR = 3_600


def record(
    number: int = 1,
    status: str = "deployed",
    *objects: Manifest,
    name: str = "cart",
    values: Manifest | None = None,
    defaults: Manifest | None = None,
    schema: Manifest | None = None,
    hooks: Sequence[Manifest] = (),
    crds: Sequence[Manifest] = (),
    said: str = "",
    age: float = HOUR,
    chart: Manifest | None = None,
    info: Manifest | None = None,
) -> Manifest:
    """The Secret of a revision, written `age` seconds ago."""
    files = [{"name": f"crds/{i}.yaml", "data": _base64(one)} for i, one in enumerate(crds)]
    about: Manifest = {"name": "web", "version": "1.4.0", "appVersion": "2.0", **(chart or {})}
    payload: Manifest = {
        "name": name,
        "namespace": "shop",
        "version": number,
        "info": {
            "status": status,
            "description": said or "Upgrade complete",
            "last_deployed": ago(age),
            **(info or {}),
        },
        "chart": {
            "metadata": about,
            "values": defaults or {},
            "schema": _base64(schema) if schema else None,
            "files": files,
        },
        "config": values or {},
        "manifest": "\n---\n".join(yaml.safe_dump(one) for one in objects),
        "hooks": list(hooks),
    }
    return packed(payload, name, number, status, age=age)


def packed(payload: Json, name: str, number: int, status: str, *, age: float = HOUR) -> Manifest:
    """The Secret of a record that holds anything at all."""
    seconds = int(NOW.timestamp() - age)
    labels = {"owner": "helm", "name": name, "version": str(number), "status": status}
    inner = base64.b64encode(gzip.compress(json.dumps(payload).encode()))
    return {
        "kind": "Secret",
        "apiVersion": "v1",
        "type": "helm.sh/release.v1",
        "metadata": {
            "name": f"sh.helm.release.v1.{name}.v{number}",
            "namespace": "shop",
            "labels": {**labels, "modifiedAt": str(seconds)},
        },
        "data": {"release": base64.b64encode(inner).decode()},
    }


def hook(
    one: Manifest,
    phase: str = "",
    *,
    event: str = "pre-upgrade",
    policies: Sequence[str] = ("before-hook-creation",),
    started: float = HOUR,
) -> Manifest:
    """A hook as a record has it."""
    ran: Manifest = {"phase": phase}
    if phase:
        ran |= {"started_at": ago(started), "completed_at": ago(started - 5)}
    return {
        "name": one["metadata"]["name"],
        "kind": one["kind"],
        "path": "web/templates/hook.yaml",
        "events": [event],
        "delete_policies": list(policies),
        "manifest": yaml.safe_dump(one),
        "last_run": ran,
    }


def thing(kind: str, name: str = "cart", *, api: str = "v1", **rest: Json) -> Manifest:
    """An object as a template renders it."""
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **rest}


def deployment(name: str = "cart", *, image: str = "shop/cart:1", **spec: Json) -> Manifest:
    """A Deployment as a template renders it."""
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": "app", "image": image, **spec.pop("container", {})}]},
    }
    whole = {"replicas": 2, "selector": {"matchLabels": {"app": name}}, "template": template}
    return thing("Deployment", name, api="apps/v1", spec={**whole, **spec})


def live(
    one: Manifest,
    *,
    release: str = "cart",
    by: str = "helm",
    age: float = HOUR,
    annotations: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    managers: Sequence[Manifest] = (),
    **rest: Json,
) -> Manifest:
    """An object as it stands on the cluster, with Helm's marks, written `age` seconds ago."""
    found = {**deepcopy(one), **rest}
    own = {"meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": "shop"}
    meta = found["metadata"]
    found["metadata"] = {
        **meta,
        "namespace": "shop",
        "creationTimestamp": ago(age),
        "labels": {
            **meta.get("labels", {}),
            "app.kubernetes.io/managed-by": "Helm",
            **(labels or {}),
        },
        "annotations": {**meta.get("annotations", {}), **own, **(annotations or {})},
        "managedFields": [wrote(by, one, age=age, operation="Apply"), *managers],
    }
    return found


def wrote(
    manager: str, fields: Manifest, *, age: float = 60, operation: str = "Update"
) -> Manifest:
    """An entry of managedFields: who wrote these fields, and when."""
    kept = {
        key: one for key, one in fields.items() if key not in {"kind", "apiVersion", "metadata"}
    }
    return {
        "manager": manager,
        "operation": operation,
        "time": ago(age),
        "fieldsV1": _fields(kept),
    }


def _fields(value: Json) -> Manifest:
    if isinstance(value, dict):
        members = cast("Manifest", value)
        return {f"f:{key}": _fields(one) for key, one in members.items()}
    listed = cast("list[Manifest]", value) if isinstance(value, list) else []
    if all("name" in one for one in listed):
        return {f'k:{{"name":"{one["name"]}"}}': _fields(one) for one in listed}
    return {}


@dataclass
class Cluster:
    """What a cluster holds, and what reading it again brings."""

    records: Sequence[Manifest] = ()
    live: Sequence[Manifest] = ()
    read: Iterable[str] = ()
    """Kinds that were listed and had none."""
    serves: Mapping[str, Served | None] = field(default_factory=dict[str, Served | None])
    absent: frozenset[Ref] = frozenset()
    all_records: bool = True
    there: Sequence[Manifest] = ()
    """Found when it is read again, though it was not listed."""
    unanswered: frozenset[Ref] = frozenset()
    """Not read again: forbidden, or out of time."""
    logs: Mapping[LogRequest, tuple[str, ...]] = field(
        default_factory=dict[LogRequest, tuple[str, ...]]
    )

    def estate(self) -> Estate:
        """What is read of it."""
        revisions: dict[Ref, list[Revision]] = {}
        records: dict[Ref, Release | ToolError] = {}
        manifests: dict[Ref, tuple[Object, ...]] = {}
        for one in self.records:
            revision = revision_of(one)
            assert revision is not None
            revisions.setdefault(revision.release, []).append(revision)
            try:
                release = decode(one)
                records[revision.record] = release
                manifests[revision.record] = placed(parse(release.manifest), "shop", {})
            except InvalidInputError as error:
                records.setdefault(revision.record, error)
        objects: dict[str, list[Manifest]] = {kind: [] for kind in self.read}
        for one in self.live:
            ref = Ref.of(one)
            objects.setdefault(f"{ref.kind}.{ref.group}" if ref.group else ref.kind, []).append(one)
        return Estate(
            "test",
            NOW,
            objects,
            revisions={
                ref: tuple(sorted(found, key=lambda one: -one.number))
                for ref, found in revisions.items()
            },
            records=records,
            manifests=manifests,
            serves=self.serves,
            absent=self.absent,
            all_records=self.all_records,
        )

    def findings(self, analyzers: Iterable[Analyzer] = ANALYZERS) -> list[Finding]:
        """What the analyzers conclude of it."""
        estate = self.estate()
        more = {Ref.of(one): one for one in self.there}
        found: list[Finding] = []
        for analyzer in analyzers:
            for lead in group(analyzer.detect(estate)):
                read = {
                    one: estate.get(one.ref) or more.get(one.ref)
                    for one in lead.requests
                    if isinstance(one, ReadRequest) and one.ref not in self.unanswered
                }
                finding = analyzer.refine(lead, Fulfilled(logs=self.logs, objects=read))
                found += [finding] if finding else []
        return found

    def codes(self) -> list[str]:
        """The codes of all findings."""
        return [one.code for one in self.findings()]

    def only(self, code: str) -> Finding:
        """The one finding of a code."""
        (found,) = [one for one in self.findings() if one.code == code]
        return found


def _base64(value: Json) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode()
