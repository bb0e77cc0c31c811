"""The objects of a rendered manifest, each with the Ref that it has on a cluster."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from clusterwright.tools.helm.record import Hook
from clusterwright.tools.helm.yaml_text import load
from clusterwright.tools.manifest import Manifest, items, mapping, name_of, namespace_of, text
from clusterwright.tools.ref import Ref, group_of, legal

KEEP = ("helm.sh/resource-policy", "keep")
"""The annotation of an object that Helm leaves when its release goes."""
_CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "CSIDriver",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    }
)
"""Kinds of the API server itself that belong to no namespace (k8s.io/api)."""


@dataclass(frozen=True, slots=True)
class Object:
    """One object of a manifest; `ref` has the namespace that it gets on the cluster."""

    ref: Ref
    manifest: Manifest
    source: str = ""
    """The template that it came from, as `chart/templates/service.yaml`."""
    hook: Hook | None = None
    """What makes it, where it is none of the release's own objects."""

    @property
    def kept(self) -> bool:
        """Whether Helm leaves it when the release goes, or does not name it any more."""
        return text(self.manifest, "metadata", "annotations", KEEP[0]) == KEEP[1]


def parse(manifest: str) -> tuple[tuple[str, Manifest], ...]:
    """Return the objects of a manifest with the templates that they came from; lists are opened.

    Raises InvalidInputError where it is no YAML that can be read.
    """
    found: list[tuple[str, Manifest]] = []
    for part in _parts(manifest):
        read = load(part)
        if not isinstance(read, dict) or not read:
            continue
        one = cast("Manifest", read)
        listed = text(one, "kind").endswith("List") and isinstance(one.get("items"), list)
        whole = items(one, "items") if listed else [one]
        found += [(_source(part), each) for each in whole]
    return tuple(found)


def placed(
    parsed: Iterable[tuple[str, Manifest]], namespace: str, scopes: dict[tuple[str, str], bool]
) -> tuple[Object, ...]:
    """Return the objects as they stand on a cluster.

    Args:
        parsed: as `parse` returns it.
        namespace: the release's, for namespaced objects that name none.
        scopes: by apiVersion and kind, whether a kind is namespaced; what is not in it is judged
            by what is known of built-in kinds, and counts as namespaced otherwise.
    """
    found: list[Object] = []
    for source, one in parsed:
        api, kind = text(one, "apiVersion"), text(one, "kind")
        inside = scopes.get((api, kind), kind not in _CLUSTER_SCOPED or bool(group_of(api)))
        where = (namespace_of(one) or namespace) if inside else ""
        ref = legal(kind, name_of(one), where, api)
        if ref is None:
            continue  # one with generateName, or nameless: it has no Ref
        meta = {**mapping(one, "metadata"), **({"namespace": where} if where else {})}
        found.append(Object(ref, {**one, "metadata": meta}, source))
    return tuple(found)


def _parts(manifest: str) -> list[str]:
    """Return the documents, each with the comment that names its template.

    The line break before a separator is the document's: a block of text at its end has it.
    """
    parts: list[list[str]] = [[]]
    for line in manifest.split("\n"):
        if line.rstrip() == "---":
            parts[-1].append("")
            parts.append([])
        else:
            parts[-1].append(line)
    return ["\n".join(one) for one in parts]


def _source(part: str) -> str:
    for line in part.split("\n"):
        if line.startswith("# Source: "):
            return line.removeprefix("# Source: ").strip()[:300]
    return ""
