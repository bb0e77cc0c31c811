"""Make a cluster from a ClusterClass."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.cluster_api.changes.checks import settled
from clusterwright.tools.cluster_api.changes.cluster_change import ClusterChange, bound_to
from clusterwright.tools.cluster_api.changes.credential import check_credential
from clusterwright.tools.cluster_api.changes.variable_values import check_required, check_values
from clusterwright.tools.cluster_api.changes.versions import spelled
from clusterwright.tools.cluster_api.class_variables import variables_of_class, workers_of
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import CLASS, estate_of
from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    dig,
    items,
    name_of,
    namespace_of,
    text,
    texts,
)
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref, check_name, check_namespace
from clusterwright.tools.trust.risk import Risk

_LONGEST_NAME = 63
"""Of a Cluster, whose name becomes a label (cluster-api, core/webhooks/admission)."""
_DEPLOYMENTS, _POOLS = "machineDeployments", "machinePools"
_LATER = "a cluster is given up with kind delete, which tells what goes with it"


class AskedPool(BaseModel):
    """A pool of workers, as it is asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    cluster_class: str = Field(alias="class")
    replicas: int | None = Field(default=None, ge=0, le=10_000)
    variables: dict[str, Any] = Field(default_factory=dict[str, Any])


class Create(ClusterChange):
    """Make a cluster."""

    kind: ClassVar[str] = "create"
    resumes: ClassVar[bool] = False
    runs: ClassVar[bool] = False
    cluster_class: str
    version: str
    variables: dict[str, Any] = Field(default_factory=dict[str, Any])
    control_plane: int | None = Field(default=None, ge=1, le=99)
    pools: dict[str, AskedPool] = Field(default_factory=dict[str, AskedPool])

    @property
    def class_ref(self) -> Ref:
        """The class that is asked for."""
        namespace, _, name = self.cluster_class.rpartition("/")
        kind, _, group = CLASS.partition(".")
        where = check_namespace(namespace) if namespace else self.ref.namespace
        return Ref(kind, check_name(name), where, group)

    def made_of(self, scene: Scene) -> Ref | None:
        """Return the class that is asked for."""
        del scene
        return self.class_ref

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one creation; raise ToolError for what the class or its provider would refuse."""
        ref, version = self.ref, spelled(self.version)
        if len(ref.name) > _LONGEST_NAME:
            raise InvalidInputError(
                f"{ref.name[:80]!r} is too long", hint=f"a name has {_LONGEST_NAME} characters"
            )
        if ref in scene.live:
            raise RefusedError(
                f"there is a {ref} already", hint="take another name, or change that one"
            )
        found = self._class(scene)
        self._check(found, version)
        check_credential(scene.around, found, self.variables)
        body = self._body(found, version)
        return (
            Step(
                say=f"create {ref} from class {self.cluster_class} with {version}",
                write=Write(Verb.CREATE, ref, body),
                checks=(settled(estate_of(scene.around), body, ref, version=version),),
                irreversible=_LATER,
                at_stake=Risk.LOW,
                risks=((Risk.LOW, f"{self._machines()} are made, and cost"),),
                notes=(f"makes {self._machines()}", *_defaults(found, self.variables)),
                rests_on=bound_to(found),
            ),
        )

    def _class(self, scene: Scene) -> Manifest:
        wanted = self.class_ref
        found = scene.around.get(wanted)
        if found is None:
            there = [f"{namespace_of(one)}/{name_of(one)}" for one in scene.around.of_kind(CLASS)]
            raise NotFoundError(
                f"there is no ClusterClass {wanted.namespace}/{wanted.name}",
                hint=f"there are {', '.join(sorted(there)[:12]) or 'none'}",
            )
        told = condition_of(found, "VariablesReady")
        if told is not None and told.status == "False":
            said = quoted(one_line(told.message or told.reason))
            raise RefusedError(
                f"{wanted} is not ready, so that nobody knows its variables: {said}",
                hint="capi_describe_class tells more",
            )
        return found

    def _check(self, found: Manifest, version: str) -> None:
        """Raise for values, versions and pools that the class does not have."""
        check_values(found, self.variables)
        check_required(found, self.variables)
        offered = texts(found, "spec", "kubernetesVersions")
        if offered and version not in offered:
            raise InvalidInputError(
                f"{self.class_ref} does not offer {version}", hint=f"it offers {', '.join(offered)}"
            )
        if self.control_plane and self.control_plane % 2 == 0:
            raise RefusedError(
                f"a control plane of {self.control_plane} members tolerates no more failures than"
                f" one of {self.control_plane - 1}: etcd needs an odd number",
                hint=f"use {self.control_plane - 1} or {self.control_plane + 1}",
            )
        known = workers_of(found)
        for name, pool in self.pools.items():
            if pool.cluster_class not in known:
                raise InvalidInputError(
                    f"{self.class_ref} has no class of pools {pool.cluster_class[:80]!r}, which"
                    f" pool {name[:60]!r} asks for",
                    hint=f"it has {', '.join(known) or 'none'}",
                )
            check_values(found, pool.variables, where=f"pool {name[:60]}")

    def _body(self, found: Manifest, version: str) -> Manifest:
        """Return the Cluster, in the version of the API in which its class was read."""
        ref, of = self.ref, self.class_ref
        api = text(found, "apiVersion")
        elsewhere = {"namespace": of.namespace} if of.namespace != ref.namespace else {}
        topology: Manifest = {"version": version}
        if api.endswith("/v1beta1"):
            topology |= {"class": of.name}
            topology |= {"classNamespace": of.namespace} if elsewhere else {}
        else:
            topology["classRef"] = {"name": of.name, **elsewhere}
        if self.control_plane is not None:
            topology["controlPlane"] = {"replicas": self.control_plane}
        workers = self._workers(found)
        topology |= {"workers": workers} if workers else {}
        topology |= {"variables": _listed(self.variables)} if self.variables else {}
        return {
            "apiVersion": api,
            "kind": ref.kind,
            "metadata": {"name": ref.name, "namespace": ref.namespace},
            "spec": {"topology": topology},
        }

    def _workers(self, found: Manifest) -> dict[str, list[Manifest]]:
        listed: dict[str, list[Manifest]] = {}
        of_pools = {text(one, "class") for one in items(dig(found, "spec", "workers"), _POOLS)}
        for name, pool in self.pools.items():
            entry: Manifest = {"class": pool.cluster_class, "name": name}
            entry |= {} if pool.replicas is None else {"replicas": pool.replicas}
            if pool.variables:
                entry["variables"] = {"overrides": _listed(pool.variables)}
            kind = _POOLS if pool.cluster_class in of_pools else _DEPLOYMENTS
            listed.setdefault(kind, []).append(entry)
        return listed

    def _machines(self) -> str:
        own = self.control_plane or 1
        parts = [f"a control plane of {own}"]
        parts += [
            f"{'as many as the class says' if one.replicas is None else one.replicas} in pool"
            f" {name} ({one.cluster_class})"
            for name, one in self.pools.items()
        ]
        return ", ".join(parts)


def _listed(values: Mapping[str, Json]) -> list[Manifest]:
    return [{"name": k, "value": v} for k, v in values.items() if v is not None]


def _defaults(found: Manifest, given: Mapping[str, Json]) -> Iterator[str]:
    """Yield which variables are left at their defaults."""
    left = [
        f"{one.name}={one.default}"
        for one in variables_of_class(found)
        if one.name not in given and one.default
    ]
    if left:
        yield f"left at their defaults: {', '.join(left)}"
