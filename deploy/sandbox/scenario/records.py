"""Rewrite a release record as a crash, or hours that have gone by, would have left it."""

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta

from clusterwright.deploy.sandbox.scenario.errors import ScenarioError
from clusterwright.deploy.sandbox.scenario.helm import Record
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.tools.helm.record import decode, record_name
from clusterwright.tools.manifest import Manifest, labels_of, mapping, name_of
from clusterwright.tools.ref import Ref

_TIMES = ("createdAt", "modifiedAt")
"""Labels with seconds since 1970 (helm/helm, pkg/storage/driver/secrets.go)."""


def rewrite(cluster: Cluster, namespace: str, wanted: Record) -> None:
    """Rewrite one record, label and payload; raise ScenarioError if it is not there."""
    kind = "Secret" if wanted.driver == "secret" else "ConfigMap"
    name = record_name(wanted.release, wanted.revision)
    found = next((one for one in cluster.get([kind], namespace) if name_of(one) == name), None)
    if found is None:
        raise ScenarioError(f"there is no record {kind} {name} in {namespace} to rewrite")
    then = datetime.now(UTC) - timedelta(hours=wanted.hours_ago)
    cluster.patch(Ref.of(found), merge_of(found, wanted, then))


def merge_of(record: Manifest, wanted: Record, then: datetime) -> Manifest:
    """Return the patch that makes of a record what is wanted; `then` is when it was written."""
    release = decode(record).raw
    info, labels = mapping(release, "info"), dict[str, str]()
    if wanted.status:
        info = {**info, "status": wanted.status}
        labels["status"] = wanted.status
    if wanted.hours_ago:
        info = {**info, "last_deployed": then.isoformat()}
        labels |= {one: str(int(then.timestamp())) for one in _TIMES if one in labels_of(record)}
    packed = base64.b64encode(gzip.compress(json.dumps({**release, "info": info}).encode()))
    if wanted.driver == "secret":
        packed = base64.b64encode(packed)
    return {"metadata": {"labels": labels}, "data": {"release": packed.decode()}}
