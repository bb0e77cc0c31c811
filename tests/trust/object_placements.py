"""Canaries in the fields of objects: of Secrets, workloads, custom resources, and their copies."""

import base64
import gzip
import json

from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.redaction import LAST_APPLIED
from tests.trust.canary import (
    encoded,
    hexadecimal,
    issued,
    jwt,
    login,
    marked,
    pem,
    phrase,
    plain,
    word,
)
from tests.trust.placement import Placement, container, placed, variable


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _release(text: str) -> str:
    """Return a release as Helm keeps it: JSON, packed, encoded, and encoded again by a Secret."""
    release: Manifest = {"name": "shop", "config": {"db": {"password": text}}, "manifest": text}
    packed = base64.b64encode(gzip.compress(json.dumps(release).encode()))
    return base64.b64encode(packed).decode()


def _applied(one: Manifest) -> Manifest:
    return {"annotations": {LAST_APPLIED: json.dumps(one)}}


def _pod_spec(**fields: Json) -> Manifest:
    return {"restartPolicy": "Never", "containers": [{"name": "app", "image": "x", **fields}]}


SECRETS: tuple[Placement, ...] = (
    placed("secret-data", one := plain(), "Secret", data={"a": _b64(one.text)}),
    placed("secret-string-data", one := word(), "Secret", stringData={"a": one.text}),
    placed(
        "secret-last-applied",
        one := plain(),
        "Secret",
        metadata=_applied({"kind": "Secret", "stringData": {"a": one.text}}),
    ),
    placed(
        "secret-annotation", one := plain(), "Secret", metadata={"annotations": {"c": one.text}}
    ),
    placed(
        "sh.helm.release.v1.shop.v1",
        one := word(),
        "Secret",
        type="helm.sh/release.v1",
        metadata={"labels": {"owner": "helm", "name": "shop"}},
        data={"release": _release(one.text)},
    ),
    placed(
        "secret-docker",
        one := login(),
        "Secret",
        type="kubernetes.io/dockerconfigjson",
        stringData={".dockerconfigjson": json.dumps({"auths": {"r": {"auth": one.text}}})},
    ),
    placed("secret-key", one := pem(), "Secret", stringData={"tls.key": one.text}),
    placed("secret-bootstrap", one := word(16), "Secret", stringData={"token-secret": one.text}),
    placed("secret-odd-key", one := word(), "Secret", stringData={"plain.txt": one.text}),
)
WORKLOADS: tuple[Placement, ...] = (
    variable("env-password", one := plain(), "DB_PASSWORD", one.text),
    variable("env-phrase", one := phrase(), "API_TOKEN", one.text),
    variable("env-url", one := word(), "DATABASE_URL", f"postgres://app:{one.text}@db:5432/shop"),
    variable("env-url-signs", one := marked(), "BROKER", f"amqp://a:{one.text}@mq//"),
    variable("env-jwt", one := jwt(), "SETTINGS", f"mode=a {one.text}"),
    variable(
        "env-java",
        one := plain(),
        "JAVA_OPTS",
        f"-Xmx1g -Djavax.net.ssl.keyStorePassword={one.text}",
    ),
    variable("env-json", one := plain(), "CONFIG", json.dumps({"client_secret": one.text})),
    variable("env-aws-id", one := issued("AKIA", 16, "ABCDEFGHIJKLMNOP234567"), "ID", one.text),
    variable("env-github", one := issued("ghp_", 36), "GH", one.text),
    variable("env-slack", one := issued("xoxb-", 40), "SLACK", one.text),
    variable(
        "env-base64", one := encoded(f"token={(pw := plain()).text}\n", pw.text), "A", one.text
    ),
    variable("env-sentry", one := hexadecimal(), "S", f"https://{one.text}@o1.ingest.example/4"),
    container("args-equals", one := plain(), args=[f"--password={one.text}"]),
    container("args-apart", one := plain(), args=["--db-password", one.text, "--port", "80"]),
    container(
        "args-short", one := plain(), command=["sh", "-c", f"mysql -u root -p{one.text} shop"]
    ),
    container(
        "args-shell", one := plain(), command=["sh", "-c", f"PGPASSWORD={one.text} psql -h db"]
    ),
    container("args-url", one := word(), args=[f"--redis=redis://:{one.text}@cache:6379/0"]),
    container("args-header", one := word(), args=["-H", f"Authorization: Bearer {one.text}"]),
    container(
        "probe-header",
        one := login(),
        livenessProbe={
            "httpGet": {
                "path": "/",
                "port": 80,
                "httpHeaders": [{"name": "Authorization", "value": f"Basic {one.text}"}],
            }
        },
    ),
    container(
        "probe-api-key",
        one := plain(),
        readinessProbe={
            "httpGet": {
                "path": "/",
                "port": 80,
                "httpHeaders": [{"name": "X-Api-Key", "value": one.text}],
            }
        },
    ),
    container(
        "probe-command",
        one := word(),
        livenessProbe={"exec": {"command": ["sh", "-c", f"redis-cli --pass {one.text} ping"]}},
    ),
    container(
        "hook-command",
        one := word(),
        lifecycle={"preStop": {"exec": {"command": ["curl", "-u", f"me:{one.text}", "x"]}}},
    ),
    placed(
        "workload-last-applied",
        one := plain(),
        "ServiceAccount",
        metadata=_applied({"env": [{"name": "DB_PASSWORD", "value": one.text}]}),
    ),
    placed(
        "workload-copy",
        one := plain(),
        "ServiceAccount",
        metadata={
            "annotations": {
                "tool/copy": json.dumps({"env": [{"name": "DB_PASSWORD", "value": one.text}]})
            }
        },
    ),
    placed(
        "revision",
        one := plain(),
        "ControllerRevision",
        "apps/v1",
        revision=1,
        data={
            "spec": {"template": {"spec": _pod_spec(env=[{"name": "PASSWORD", "value": one.text}])}}
        },
    ),
    placed(
        "cron",
        one := plain(),
        "CronJob",
        "batch/v1",
        spec={
            "schedule": "0 0 1 1 *",
            "suspend": True,
            "jobTemplate": {
                "spec": {
                    "template": {"spec": _pod_spec(env=[{"name": "API_KEY", "value": one.text}])}
                }
            },
        },
    ),
    placed(
        "init-container",
        one := plain(),
        "Pod",
        spec={
            **_pod_spec(),
            "initContainers": [
                {"name": "i", "image": "x", "env": [{"name": "SMTP_PASS", "value": one.text}]}
            ],
            "nodeSelector": {"no": "such"},
        },
    ),
    placed(
        "annotation-jwt", one := jwt(), "ServiceAccount", metadata={"annotations": {"a": one.text}}
    ),
    placed(
        "annotation-key",
        one := plain(),
        "Service",
        metadata={"annotations": {"lb.example/api-token": one.text}},
        spec={"ports": [{"port": 80}]},
    ),
    placed(
        "annotation-snippet",
        one := word(30),
        "Ingress",
        "networking.k8s.io/v1",
        metadata={
            "annotations": {
                "nginx/configuration-snippet": f'proxy_set_header X-Auth-Token "{one.text}";'
            }
        },
        spec={"defaultBackend": {"service": {"name": "x", "port": {"number": 80}}}},
    ),
    placed(
        "annotation-vault",
        one := issued("hvs.", 90),
        "ServiceAccount",
        metadata={"annotations": {"v": one.text}},
    ),
    placed(
        "storage-class",
        one := plain(),
        "StorageClass",
        "storage.k8s.io/v1",
        provisioner="example.com/none",
        parameters={"adminSecret": one.text, "pool": "ssd"},
    ),
    placed(
        "volume",
        one := plain(),
        "PersistentVolume",
        spec={
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "none",
            "csi": {
                "driver": "x.example",
                "volumeHandle": "h",
                "volumeAttributes": {"password": one.text},
            },
        },
    ),
)
