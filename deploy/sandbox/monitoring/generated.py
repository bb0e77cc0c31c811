"""What the operator generates, with the paths and addresses of processes instead of a pod's."""

import base64
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.monitoring.settings import Settings
from clusterwright.tools.manifest import Manifest, items, mapping, name_of, strings, text

NAMESPACE = "monitoring"
_PROMETHEUS, _ALERTMANAGER = "k8s", "main"
"""The names of the two custom resources."""
_ACCOUNT = "prometheus-k8s"
_TOKEN_SECONDS = 31_536_000
_POD_FOLDERS = {
    "/etc/prometheus/rules/": "rules",
    "/etc/prometheus/certs/": "certs",
    "/var/run/secrets/kubernetes.io/serviceaccount/": "serviceaccount",
    "/etc/alertmanager/certs/": "alertmanager-certs",
}


def prometheus(api: Api, settings: Settings) -> dict[Path, bytes]:
    """Return the files of Prometheus: configuration, rules, credentials; none before there are."""
    secret = api.get("v1", "Secret", NAMESPACE, f"prometheus-{_PROMETHEUS}")
    spelled = _unpacked(secret, "prometheus.yaml.gz")
    if not spelled:
        return {}
    place = Path(settings.directory)
    pod = {"$(POD_NAME)": f"prometheus-{_PROMETHEUS}-0", "$(SHARD)": "0"}
    config = yaml.safe_load(_here(spelled, settings, pod))
    for one in _places(config, "kubernetes_sd_configs"):
        if "api_server" not in one:
            one.update(_credentials(settings))
    if settings.addresses:
        for one in (*items(config, "scrape_configs"), *items(config, "alerting", "alertmanagers")):
            one.setdefault("relabel_configs", []).extend(_kept_here(settings))
    return {
        place / "prometheus.yaml": yaml.safe_dump(config, sort_keys=False).encode(),
        **_rules(api, place),
        **_certificates(api, place / "certs", f"prometheus-{_PROMETHEUS}-tls-assets"),
        **_account(api, settings, place / "serviceaccount"),
    }


def alertmanager(api: Api, settings: Settings) -> dict[Path, bytes]:
    """Return the files of Alertmanager; none before the operator has made them."""
    secret = api.get("v1", "Secret", NAMESPACE, f"alertmanager-{_ALERTMANAGER}-generated")
    spelled = _unpacked(secret, "alertmanager.yaml.gz")
    if not spelled:
        return {}
    place = Path(settings.directory)
    for named, here in settings.addresses.items():
        spelled = spelled.replace(named, here)
    return {place / "alertmanager.yaml": _here(spelled, settings, {}).encode()}


def _unpacked(secret: Manifest, key: str) -> str:
    packed = base64.b64decode(text(secret, "data", key))
    return gzip.decompress(packed).decode() if packed else ""


def _here(spelled: str, settings: Settings, more: dict[str, str]) -> str:
    """Replace what only means something inside a pod."""
    for folder, name in _POD_FOLDERS.items():
        spelled = spelled.replace(folder, f"{settings.directory}/{name}/")
    for word, meaning in more.items():
        spelled = spelled.replace(word, meaning)
    return spelled


def _places(value: Manifest, key: str) -> Iterator[Manifest]:
    """Yield each object of every list of that name, wherever it is."""
    yield from items(value, key)
    for held in value.values():
        for one in (mapping(held), *items(held)):
            yield from _places(one, key)


def _credentials(settings: Settings) -> Manifest:
    """Return how a service discovery reaches the API server from outside a pod."""
    folder = f"{settings.directory}/serviceaccount"
    return {
        "api_server": settings.server,
        "authorization": {"type": "Bearer", "credentials_file": f"{folder}/token"},
        "tls_config": {"ca_file": f"{folder}/ca.crt"},
    }


def _kept_here(settings: Settings) -> Iterator[Manifest]:
    """Yield the last steps of relabelling on loopback: a target is on this machine, or dropped."""
    source = {"source_labels": ["__address__"]}
    for named, here in settings.addresses.items():
        found = {"regex": re.escape(named), "target_label": "__address__", "replacement": here}
        yield {**source, **found}
    yield {**source, "regex": r"127\.0\.0\.1:\d+", "action": "keep"}


def _rules(api: Api, place: Path) -> dict[Path, bytes]:
    found: dict[Path, bytes] = {}
    for one in api.list("v1", "ConfigMap"):
        if strings(one, "metadata", "labels").get("prometheus-name") != _PROMETHEUS:
            continue
        for name, rules in strings(one, "data").items():
            found[place / "rules" / name_of(one) / name] = rules.encode()
    return found


def _certificates(api: Api, place: Path, secret: str) -> dict[Path, bytes]:
    """Return what monitors refer to; the operator may spread it over several Secrets."""
    found: dict[Path, bytes] = {}
    number = 0
    while one := api.read("v1", "Secret", NAMESPACE, f"{secret}-{number}"):
        for name, content in strings(one, "data").items():
            found[place / name] = base64.b64decode(content)
        number += 1
    return found


def _account(api: Api, settings: Settings, place: Path) -> dict[Path, bytes]:
    """Return what a pod finds of its service account; a token once given is kept."""
    token = place / "token"
    if not token.exists():
        asked = {"spec": {"expirationSeconds": _TOKEN_SECONDS}}
        answer = api.token(NAMESPACE, _ACCOUNT, asked)
        return {token: text(answer, "status", "token").encode(), **_authority(settings, place)}
    return {token: token.read_bytes(), **_authority(settings, place)}


def _authority(settings: Settings, place: Path) -> dict[Path, bytes]:
    return {place / "ca.crt": Path(settings.authority).read_bytes()}
