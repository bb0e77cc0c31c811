"""Small charts for changes: what each does is told by its templates."""

from pathlib import Path

from tests.tools.helm.workshop import DEPLOYMENT, Workshop

SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-settings
data:
  level: {{ .Values.level | quote }}
"""
LOGIN = """\
apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}-login
stringData:
  password: {{ .Values.password | quote }}
"""
RANDOM = """\
apiVersion: v1
kind: Secret
metadata:
  name: {{ .Release.Name }}-random
data:
  password: {{ randAlphaNum 20 | b64enc }}
"""
MIGRATION = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-migration
  annotations:
    helm.sh/hook: pre-upgrade
    helm.sh/hook-delete-policy: {{ .Values.policy | default "before-hook-creation" }}
data: {to: {{ .Values.level | quote }}}
"""
SCHEMA = """\
{"type": "object", "properties": {"replicas": {"type": "integer", "minimum": 0}}}
"""
CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: {plural}.{group}
spec:
  group: {group}
  scope: Namespaced
  names: {{plural: {plural}, singular: {singular}, kind: {kind}}}
  versions:
{versions}
"""
_VERSION = """\
    - name: {name}
      served: true
      storage: {storage}
      schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}
"""


def web(workshop: Workshop, version: str = "1.0.0", **templates: str) -> Path:
    """Write a chart of a Deployment of no pods and a ConfigMap, and of what else is given."""
    whole = {"deployment.yaml": DEPLOYMENT, "settings.yaml": SETTINGS}
    whole |= {f"{name}.yaml": one for name, one in templates.items()}
    values = {
        "replicas": 0,
        "level": "info",
        "image": {"repository": "registry.example/shop/web", "tag": "1.0.0"},
        "password": "",
        "policy": "",
    }
    files = {"values.schema.json": SCHEMA}
    return workshop.chart("web", whole, values, files=files, version=version)


def crd(group: str, *versions: str, stored: str = "") -> str:
    """Return a CRD of kind Pool; the last version is stored unless another one is named."""
    told = "".join(
        _VERSION.format(name=one, storage=str(one == (stored or versions[-1])).lower())
        for one in versions
    )
    return CRD.format(plural="pools", singular="pool", kind="Pool", group=group, versions=told)
