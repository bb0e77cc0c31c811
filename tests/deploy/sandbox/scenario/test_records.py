"""Records as a crash, or hours, would have left them."""

import base64
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.scenario.errors import ScenarioError
from clusterwright.deploy.sandbox.scenario.helm import Record
from clusterwright.deploy.sandbox.scenario.records import merge_of, rewrite
from clusterwright.tools.helm.record import Status, decode
from clusterwright.tools.manifest import Manifest
from tests.deploy.sandbox.scenario.stand_in import make_stand_in

THEN = datetime(2026, 3, 1, 8, tzinfo=UTC)
NAME = "sh.helm.release.v1.cart.v2"
RELEASE = {
    "name": "cart",
    "namespace": "shop",
    "version": 2,
    "info": {"status": "pending-upgrade", "last_deployed": "2026-03-01T11:00:00Z"},
}


def record(kind: str = "Secret") -> Manifest:
    packed = base64.b64encode(gzip.compress(json.dumps(RELEASE).encode()))
    stored = base64.b64encode(packed) if kind == "Secret" else packed
    labels = {"owner": "helm", "name": "cart", "version": "2", "createdAt": "1772362800"}
    metadata = {"name": NAME, "namespace": "shop", "labels": labels}
    return {"kind": kind, "metadata": metadata, "data": {"release": stored.decode()}}


def wanted(**fields: object) -> Record:
    return Record.model_validate({"release": "cart", "revision": 2} | fields)


def test_hours_go_by_for_the_payload_and_for_the_labels_that_are_there() -> None:
    merge = merge_of(record(), wanted(hours_ago=3), THEN)
    assert merge["metadata"] == {"labels": {"createdAt": str(int(THEN.timestamp()))}}
    found = decode({**record(), **merge})
    assert found.deployed_at == THEN
    assert found.status is Status.PENDING_UPGRADE
    assert found.revision == 2


def test_a_status_is_put_into_label_and_payload() -> None:
    merge = merge_of(record(), wanted(status="superseded"), THEN)
    assert merge["metadata"] == {"labels": {"status": "superseded"}}
    found = decode({**record(), **merge})
    assert found.status is Status.SUPERSEDED
    assert found.deployed_at == datetime(2026, 3, 1, 11, tzinfo=UTC)


def test_a_record_in_a_configmap_is_packed_once() -> None:
    one = record("ConfigMap")
    merge = merge_of(one, wanted(status="failed", driver="configmap"), THEN)
    assert decode({**one, **merge}).status is Status.FAILED


def test_the_record_is_found_by_its_name(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    stand_in.answer([record()])
    rewrite(stand_in.cluster, "shop", wanted(status="failed"))
    assert stand_in.calls[-1].startswith(f"patch Secret {NAME} -n shop --type=merge")


def test_a_record_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=NAME):
        rewrite(make_stand_in(tmp_path).cluster, "shop", wanted(status="failed"))
