"""A kind of object as the API server serves it, and the paths under which it is found."""

from dataclasses import dataclass
from urllib.parse import quote

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.ref import BUILT_IN_GROUPS, Ref, check_name, check_namespace


@dataclass(frozen=True, slots=True)
class Resource:
    """One served resource, in the version that the server prefers."""

    kind: str
    group: str
    version: str
    plural: str
    namespaced: bool
    verbs: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    """Singular and short names."""

    @property
    def api_version(self) -> str:
        """The apiVersion of its objects."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def kind_key(self) -> str:
        """The kind as a Ref spells it: with its group unless that is built in."""
        return self.kind if self.group in BUILT_IN_GROUPS else f"{self.kind}.{self.group}"

    def ref(self, namespace: str | None, name: str) -> Ref:
        """Return the Ref of one object."""
        group = "" if self.group in BUILT_IN_GROUPS else self.group
        return Ref(self.kind, name, (namespace or "") if self.namespaced else "", group)

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """Return the path of the collection, or of one object.

        Raises InvalidInputError for a name or namespace that is no path segment, and when one
        object of a namespaced kind is asked for without a namespace.
        """
        base = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        if self.namespaced and namespace:
            base += f"/namespaces/{check_namespace(namespace)}"
        elif self.namespaced and name is not None:
            raise InvalidInputError(
                f"{self.kind} {name!r} needs a namespace", hint="pass namespace as well"
            )
        base += f"/{self.plural}"
        return base if name is None else f"{base}/{quote(check_name(name), safe='')}"
