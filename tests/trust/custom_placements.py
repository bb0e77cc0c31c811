"""Canaries in custom resources, whose fields nobody knows beforehand."""

import base64
import json

import yaml

from clusterwright.tools.manifest import Json, Manifest, text
from tests.trust.canary import Canary, encoded, issued, letters, pem, phrase, plain, word
from tests.trust.placement import Placement, placed

_BOOTSTRAP = "bootstrap.cluster.x-k8s.io/v1beta1"
_LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"


def _widget(name: str, canary: Canary, **spec: Json) -> Placement:
    return placed(name, canary, "Widget", "trust.example.com/v1", spec=spec)


def _kubeadm(name: str, canary: Canary, **spec: Json) -> Placement:
    return placed(name, canary, "KubeadmConfig", _BOOTSTRAP, spec=spec)


CUSTOM: tuple[Placement, ...] = (
    _widget("custom-password", one := plain(), db={"host": "db", "password": one.text}),
    _widget("custom-camel", one := phrase(), adminPassword=one.text),
    _widget("custom-below", one := plain(), credentials={"user": "me", "value": one.text}),
    _widget("custom-list", one := plain(), apiKeys=[one.text]),
    _widget("custom-list-below", one := word(), tokens=[{"name": "a", "value": one.text}]),
    _widget("custom-pair", one := plain(), parameters=[{"name": "db.password", "value": one.text}]),
    _widget("custom-pair-key", one := plain(), tags=[{"key": "apiToken", "value": one.text}]),
    _widget("custom-text", one := plain(), config=f"web:\n  password: {one.text}\n"),
    _widget("custom-url", one := word(), endpoint=f"https://me:{one.text}@api.example"),
    _widget(
        "custom-manifest",
        one := plain(),
        workload={"kind": "Secret", "stringData": {"a": one.text}},
    ),
    _widget("custom-args", one := plain(), extraArgs=["--token", one.text]),
    _widget("custom-pem", one := pem("PRIVATE KEY"), tls={"pair": f"x\n{one.text}\n"}),
    _widget("custom-connection", one := word(), connectionString=f"Server=a;Password={one.text}"),
    _widget(
        "custom-encoded", one := encoded(f"apiKey: {(p := plain()).text}\n", p.text), blob=one.text
    ),
    _widget("custom-hidden", one := plain(), note=f"pass\u200bword=\u200b{one.text}"),
    _widget("custom-name", one := word(36), **{f"glpat-{one.text}": "x"}),
    _kubeadm(
        "kubeadm-file",
        one := plain(),
        files=[{"path": "/etc/a", "content": f"password={one.text}"}],
    ),
    _kubeadm(
        "kubeadm-file-whole",
        one := plain(),
        files=[{"path": "/etc/app/token", "content": one.text}],
    ),
    _kubeadm(
        "kubeadm-file-base64",
        one := encoded(f"[a]\npassword = {(p := plain()).text}\n", p.text),
        files=[{"path": "/etc/a", "encoding": "base64", "content": one.text}],
    ),
    _kubeadm("kubeadm-user", one := issued("$6$", 60), users=[{"name": "ops", "passwd": one.text}]),
    _kubeadm(
        "kubeadm-token",
        one := Canary(f"abc123.{(s := letters(16, _LOWER))}", s),
        joinConfiguration={"discovery": {"bootstrapToken": {"token": one.text}}},
    ),
    _kubeadm(
        "kubeadm-command",
        one := Canary(f"abc123.{(s := letters(16, _LOWER))}", s),
        preKubeadmCommands=[f"kubeadm join 10.0.0.1:6443 --token {one.text}"],
    ),
    _kubeadm(
        "kubeadm-chpasswd",
        one := plain(),
        postKubeadmCommands=[f"echo 'ops:{one.text}' | chpasswd"],
    ),
    _kubeadm(
        "cloud-init",
        one := plain(),
        userData=f"#cloud-config\nchpasswd:\n  list: |\n    root:{one.text}\n  expire: false\n",
    ),
    placed(
        "argo-parameter",
        one := plain(),
        "Application",
        "argoproj.io/v1alpha1",
        spec={"source": {"helm": {"parameters": [{"name": "auth.password", "value": one.text}]}}},
    ),
    placed(
        "argo-values",
        one := plain(),
        "Application",
        "argoproj.io/v1alpha1",
        spec={"source": {"helm": {"values": yaml.safe_dump({"auth": {"rootPassword": one.text}})}}},
    ),
    placed(
        "helm-values",
        one := plain(),
        "HelmRelease",
        "helm.toolkit.fluxcd.io/v2",
        spec={"values": {"postgresql": {"auth": {"password": one.text}}}},
    ),
    placed(
        "cluster-kubeconfig",
        one := word(40),
        "Widget",
        "trust.example.com/v1",
        spec={"kubeconfig": base64.b64encode(json.dumps({"users": [one.text]}).encode()).decode()},
    ),
)


def definition(api: str, kind: str) -> Manifest:
    """Return a CRD that takes any fields."""
    group, version = api.split("/")
    plural = f"{kind.lower()}s"
    schema: Manifest = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    served: Manifest = {
        "name": version,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind},
            "versions": [served],
        },
    }


def definitions() -> list[Manifest]:
    """Return the CRDs of all custom resources here."""
    kinds = {(text(one.object, "apiVersion"), text(one.object, "kind")) for one in CUSTOM}
    return [definition(api, kind) for api, kind in sorted(kinds)]
