"""One string that names one object everywhere, as input and as output."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import core_schema

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import Manifest, items, name_of, namespace_of, text

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

BUILT_IN_GROUPS = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    }
)
"""Groups that the API server itself serves; a Ref leaves these out. Source: k8s.io/api."""

_KIND = re.compile(r"[A-Z][A-Za-z0-9]*\Z")
_GROUP = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z")
_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")
_USUAL = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?\Z")
_LONGEST_NAME = 253
_EXAMPLE = "write Kind/namespace/name or Kind/name, as in Pod/shop/cart-1 or Node/gpu-1"


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A kind, its group when not built in, a namespace when namespaced, and a name.

    The canonical spelling is `Kind[.group][/namespace]/name`: `Pod/shop/cart-7d9f`, `Node/gpu-1`,
    `Machine.cluster.x-k8s.io/default/m-1`. A name follows the API's path-segment rule
    (k8s.io/apimachinery, api/validation/path), so `ClusterRole/system:node` is legal.
    """

    kind: str
    name: str
    namespace: str = ""
    group: str = ""

    @classmethod
    def parse(cls, spelled: str) -> "Ref":
        """Read a Ref; raise InvalidInputError saying which part is wrong."""
        head, *rest = spelled.split("/")
        kind, _, group = head.partition(".")
        if len(rest) not in {1, 2}:
            raise InvalidInputError(f"{spelled[:80]!r} is not a reference", hint=_EXAMPLE)
        namespace = "".join(rest[:-1])
        if not _KIND.match(kind) or (group and not _GROUP.match(group)):
            raise InvalidInputError(f"{head!r} is not a kind", hint=_EXAMPLE)
        if namespace:
            check_namespace(namespace)
        check_name(rest[-1])
        return cls(kind, rest[-1], namespace, "" if group in BUILT_IN_GROUPS else group)

    @classmethod
    def of(cls, manifest: Manifest) -> "Ref":
        """Return the Ref of a raw object that carries kind and apiVersion."""
        group = group_of(text(manifest, "apiVersion"))
        return cls(text(manifest, "kind"), name_of(manifest), namespace_of(manifest), group)

    @property
    def kind_key(self) -> str:
        """The kind as a Ref spells it: `Pod`, `Machine.cluster.x-k8s.io`."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    def __str__(self) -> str:
        """Return the canonical spelling."""
        return "/".join(part for part in (self.kind_key, self.namespace, self.name) if part)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: object, _handler: "GetCoreSchemaHandler"
    ) -> core_schema.CoreSchema:
        """Cross a boundary as the canonical string."""

        def read(spelled: str) -> Ref:
            try:
                return cls.parse(spelled)
            except InvalidInputError as error:
                raise ValueError(str(error)) from error  # what pydantic knows to report

        from_text = core_schema.no_info_after_validator_function(read, core_schema.str_schema())
        return core_schema.json_or_python_schema(
            json_schema=from_text,
            python_schema=core_schema.union_schema(
                [core_schema.is_instance_schema(cls), from_text]
            ),
            serialization=core_schema.to_string_ser_schema(),
        )


def group_of(api_version: str) -> str:
    """Return the group of an apiVersion as a Ref spells it: empty when built in."""
    group = api_version.rpartition("/")[0]
    return "" if group in BUILT_IN_GROUPS else group


def owner_of(manifest: Manifest) -> Ref | None:
    """Return the controller in metadata.ownerReferences, or the only owner, or None."""
    found = items(manifest, "metadata", "ownerReferences")
    chosen = next((one for one in found if one.get("controller") is True), None)
    if chosen is None and len(found) == 1:
        chosen = found[0]
    if chosen is None or not text(chosen, "kind") or not text(chosen, "name"):
        return None
    # An owner of a namespaced object is in the same namespace or cluster-scoped (Node, for a
    # static pod); the reference itself does not say which.
    namespace = "" if text(chosen, "kind") in {"Node", "Namespace"} else namespace_of(manifest)
    return legal(text(chosen, "kind"), text(chosen, "name"), namespace, text(chosen, "apiVersion"))


def legal(kind: str, name: str, namespace: str, api_version: str) -> Ref | None:
    """Return the Ref of what an object says about another, or None for what can name nothing.

    The API server takes any text in ownerReferences and in what an event is about.
    """
    made = Ref(kind, name, namespace, group_of(api_version))
    placed = not namespace or _NAMESPACE.match(namespace)
    if _KIND.match(kind) and len(name) <= _LONGEST_NAME and _USUAL.match(name) and placed:
        return made
    return checked(made)


def checked(ref: Ref) -> Ref | None:
    """Return a Ref that was made of other people's words, or None if these name nothing."""
    try:
        return ref if Ref.parse(str(ref)) == ref else None  # not so without a name
    except InvalidInputError:
        return None


def check_name(name: str) -> str:
    """Return `name` if it is a legal path segment, else raise InvalidInputError."""
    if name in {"", ".", ".."} or "/" in name or "%" in name or len(name) > _LONGEST_NAME:
        raise InvalidInputError(
            f"{name[:80]!r} is not an object name",
            hint="a name has 1 to 253 characters, none of them '/' or '%'",
        )
    if name.startswith("-") or not name.isprintable() or " " in name:
        raise InvalidInputError(
            f"{name[:80]!r} is not an object name",
            hint="a name starts with a letter or digit and has no spaces or control characters",
        )
    return name


def check_namespace(namespace: str) -> str:
    """Return `namespace` if it is an RFC 1123 label, else raise InvalidInputError."""
    if not _NAMESPACE.match(namespace):
        raise InvalidInputError(
            f"{namespace[:80]!r} is not a namespace name",
            hint="a namespace has 1 to 63 lower-case letters, digits or '-'",
        )
    return namespace
