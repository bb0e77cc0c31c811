"""What is no secret stays as it is: what nobody can read, nobody can repair."""

import json
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Manifest, items, mapping, text
from clusterwright.tools.neutral import neutral
from clusterwright.tools.redaction import LAST_APPLIED, redact, redact_text

_DATA = Path(__file__).parent / "data"
_ALLOWED = 0.01
"""Of the lines of logs, whose prose has no grammar."""


def lines(name: str) -> list[str]:
    return (_DATA / name).read_text(encoding="utf-8").splitlines()


def test_the_corpus_is_large() -> None:
    assert len({*lines("ordinary_values.txt"), *lines("ordinary_log.txt")}) >= 300


@pytest.mark.parametrize("value", lines("ordinary_values.txt"))
def test_a_value_stays_as_it_is(value: str) -> None:
    assert redact_text(value) == value
    one: Manifest = {
        "kind": "Widget",
        "metadata": {"annotations": {"note": value}},
        "spec": [value],
    }
    assert redact(one) == one


def test_log_lines_stay_as_they_are() -> None:
    log = lines("ordinary_log.txt")
    changed = [line for line in log if redact_text(line) != neutral(line)]
    assert len(changed) <= _ALLOWED * len(log), changed
    together = redact_text("\n".join(log)).split("\n")
    different = [shown for shown, line in zip(together, log, strict=True) if shown != neutral(line)]
    assert len(different) <= _ALLOWED * len(log), different


def test_references_and_settings_beside_telling_keys_stay() -> None:
    spec: Manifest = {
        "volumes": [
            {"name": "a", "secret": {"secretName": "db", "items": [{"key": "k", "path": "p"}]}},
            {"name": "b", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}},
            {"name": "c", "secret": {"secretName": "db", "defaultMode": 420, "optional": True}},
        ],
        "imagePullSecrets": [{"name": "regcred"}],
        "secrets": [{"name": "default-token"}],
        "privateKey": {"algorithm": "RSA", "size": 2048, "rotationPolicy": "Always"},
        "passwordSecretRef": {"name": "db", "key": "password"},
        "apiKey": {"valueFrom": {"secretKeyRef": {"name": "db", "key": "token"}}},
        "credentials": {"secretRef": {"name": "db", "namespace": "shop"}},
        "hard": {"secrets": "10", "count/secrets": "25"},
        "schema": {"properties": {"password": {"type": "string", "description": "a password"}}},
        "tokenExpirationSeconds": 3607,
        "automountServiceAccountToken": False,
        "podAnnotations": {"checksum/secret": "e3b0c44298fc1c149afbf4c8996fb924"},
    }
    one: Manifest = {"kind": "Widget", "spec": spec}
    assert redact(one) == one


def is_release(one: Manifest) -> bool:
    """Tell whether Helm keeps a release in an object, which is hidden as that of a Secret is."""
    return one["kind"] == "ConfigMap" and text(one, "metadata", "labels", "owner") == "helm"


def test_objects_of_a_real_cluster_stay_as_they_are(sandbox: Instance) -> None:
    kinds = sandbox.kubectl("api-resources", "--verbs=list", "-o", "name").split()
    wanted = ",".join(kind for kind in kinds if kind != "secrets")
    found: Manifest = json.loads(sandbox.kubectl("get", wanted, "-A", "-o", "json"))
    objects = [one for one in items(found, "items") if not is_release(one)]
    for one in objects:
        mapping(one, "metadata", "annotations").pop(LAST_APPLIED, None)
    assert len(objects) > 50
    assert [one for one in objects if redact(one) != one] == []
