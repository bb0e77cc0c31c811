"""Services of a ClusterDeployment or a MultiClusterService: add one, upgrade it, remove it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, cast

import yaml
from pydantic import Field

from clusterwright.tools.cluster_api.k0rdent.asked_service import AskedService
from clusterwright.tools.cluster_api.k0rdent.changes.deployment_change import (
    AROUND,
    deployment_ref,
)
from clusterwright.tools.cluster_api.k0rdent.changes.proofs import deployed, withdrawn
from clusterwright.tools.cluster_api.k0rdent.kinds import (
    DEPLOYMENT,
    MULTI_CLUSTER_SERVICE,
    SERVICE_CHAIN,
    SERVICE_TEMPLATE,
    SYSTEM,
)
from clusterwright.tools.cluster_api.k0rdent.made import ref as named_ref
from clusterwright.tools.cluster_api.k0rdent.services import (
    Name,
    dependency_problem,
    named,
    services_of,
    spelled,
    steps_of,
)
from clusterwright.tools.cluster_api.selection import selects
from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.field_path import put
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.manifest import (
    Manifest,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    text,
    truth,
)
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref, check_name, check_namespace
from clusterwright.tools.trust.risk import Risk

_MANY = "MultiClusterService/"


class ServiceChange(Change):
    """A change of one service; `name` is namespace/name, or MultiClusterService/name."""

    around: ClassVar[tuple[str, ...]] = AROUND
    resumes: ClassVar[bool] = True
    name: str = Field(min_length=1)
    service: AskedService

    @property
    def ref(self) -> Ref:
        """The object whose service it is."""
        if self.name.startswith(_MANY):
            return named_ref(MULTI_CLUSTER_SERVICE, "", check_name(self.name.removeprefix(_MANY)))
        return deployment_ref(self.name)

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The object whose service it is."""
        return (self.ref,)

    @property
    def templates(self) -> str:
        """The namespace of its templates: k0rdent's own, for what goes onto many clusters."""
        return self.ref.namespace or SYSTEM

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return that the service is deployed as it stands, or gone."""
        for one in services_of(scene.live.get(self.ref, {})):
            if named(one) == self.service.key:
                return (deployed(self.ref, self.service.key, text(one, "template")),)
        return (withdrawn(self.ref, self.service.key),) if self.ref in scene.live else ()

    def existing(self, scene: Scene) -> Manifest:
        """Return the object whose service it is; raise ToolError where it cannot change."""
        found = scene.live.get(self.ref)
        if found is None:
            there = [
                f"{namespace_of(one)}/{name_of(one)}" for one in scene.around.of_kind(DEPLOYMENT)
            ]
            raise NotFoundError(
                f"there is no {self.ref} on {scene.cluster}",
                hint=f"there are {_named(sorted(there)) or 'none'}",
            )
        if text(found, "metadata", "deletionTimestamp"):
            raise RefusedError(f"{self.ref} is being deleted", hint="nothing of it can change")
        return found

    def made(
        self, scene: Scene, before: Manifest, services: Sequence[Manifest], say: str, check: Check
    ) -> tuple[Step, ...]:
        """Return the patch that makes the services these; raise for dependencies that cannot be."""
        problem = dependency_problem(list(services))
        if problem:
            raise RefusedError(
                f"{self.ref}: {problem}", hint="k0rdent would then deploy none of its services"
            )
        path = ("spec", "serviceSpec", "services")
        wanted = cast("Manifest", put(before, path, list(services)))
        found = patched(self.ref, before, wanted)
        if found is None:
            return ()
        hit = self._hit(scene, before)
        where = f"{len(hit)} clusters ({', '.join(hit[:5])})" if len(hit) > 1 else "".join(hit)
        where = where or "no cluster yet"
        risk = Risk.MEDIUM if len(hit) < _SEVERAL else Risk.HIGH
        return (
            replace(
                found,
                say=say,
                checks=(check,),
                risks=((risk, f"it changes what runs on {where}"),),
                notes=(f"felt on {where}",),
            ),
        )

    def template_of(self, scene: Scene, name: str) -> Manifest:
        """Return a ServiceTemplate that can be deployed; raise ToolError otherwise."""
        wanted = named_ref(SERVICE_TEMPLATE, self.templates, name)
        found = scene.around.get(wanted)
        if found is None:
            there = scene.around.in_namespace(SERVICE_TEMPLATE, self.templates)
            names = _named(sorted(name_of(one) for one in there))
            raise NotFoundError(
                f"there is no ServiceTemplate {self.templates}/{name[:80]}",
                hint=f"that namespace has {names or 'none'}",
            )
        if not truth(found, "status", "valid"):
            said = text(found, "status", "validationError") or "it was not validated yet"
            raise RefusedError(
                f"{wanted} is not valid: {quoted(one_line(said, 300))}",
                hint="name one that is valid",
            )
        return found

    def check_chain(self, scene: Scene, template: str) -> None:
        """Raise RefusedError for a chain that is asked for, and does not have a template."""
        asked = self.service
        if not asked.template_chain:
            return
        wanted = named_ref(SERVICE_CHAIN, self.templates, asked.template_chain)
        found = scene.around.get(wanted)
        supported = [text(one, "name") for one in items(found or {}, "spec", "supportedTemplates")]
        if found is None or template not in supported:
            why = "does not exist" if found is None else f"does not have {template[:80]}"
            raise RefusedError(
                f"{wanted} {why}", hint=f"it has {_named(supported) or 'no template'}"
            )

    def _hit(self, scene: Scene, before: Manifest) -> list[str]:
        if self.ref.namespace:
            return [f"capi:{self.ref.namespace}/{self.ref.name}"]
        selector = mapping(before, "spec", "clusterSelector")
        return sorted(
            f"capi:{namespace_of(one)}/{name_of(one)}"
            for one in scene.around.of_kind(DEPLOYMENT)
            if selects(selector, labels_of(one))
        )


_SEVERAL, _SHOWN = 5, 12


class AddService(ServiceChange):
    """Deploy one more service."""

    kind: ClassVar[str] = "add_service"

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch; raise ToolError for a name that is taken, or a template that is not."""
        before, asked = self.existing(scene), self.service
        there = services_of(before)
        check_namespace(asked.namespace)
        check_namespace(asked.name)
        if any(named(one) == asked.key for one in there):
            raise RefusedError(
                f"{self.ref} has a service {spelled(asked.key)} already",
                hint="take another name, or upgrade_service changes that one",
            )
        if not asked.template:
            raise InvalidInputError(
                "which template?", hint="service.template names a ServiceTemplate"
            )
        self.template_of(scene, asked.template)
        self.check_chain(scene, asked.template)
        entry: Manifest = {"name": asked.name, "namespace": asked.namespace}
        entry |= {"template": asked.template} | _asked(asked)
        say = f"add service {spelled(asked.key)} from {asked.template} to {self.ref}"
        check = deployed(self.ref, asked.key, asked.template)
        return self.made(scene, before, [*there, entry], say, check)


class UpgradeService(ServiceChange):
    """Change a service's template, along its chain; its chain, values, or what it depends on."""

    kind: ClassVar[str] = "upgrade_service"

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch; raise RefusedError for a template to which no chain leads."""
        before, asked = self.existing(scene), self.service
        there = services_of(before)
        now = _existing(there, asked.key, self.ref)
        template = asked.template or text(now, "template")
        entry = now | {"template": template} | _asked(asked)
        self.check_chain(scene, template)
        if template != text(now, "template"):
            self.template_of(scene, template)
            self._check_path(scene, now, entry)
        if template != text(now, "template"):
            entry.pop("version", None)  # it names the version of the template before
        services = [entry if one is now else one for one in there]
        say = f"upgrade service {spelled(asked.key)} of {self.ref} to {word(template)}"
        return self.made(scene, before, services, say, deployed(self.ref, asked.key, template))

    def _check_path(self, scene: Scene, now: Manifest, entry: Manifest) -> None:
        before, template = text(now, "template"), text(entry, "template")
        chain = text(entry, "templateChain")
        if not chain:
            return  # nothing tells which templates follow each other
        offered = steps_of(scene.around, self.templates, entry, before)
        if template not in offered:
            raise RefusedError(
                f"chain {word(chain)} does not lead from {word(before)} to {template[:80]}",
                hint=f"it offers {_named(offered) or 'nothing'}",
            )


class RemoveService(ServiceChange):
    """Withdraw a service from its clusters."""

    kind: ClassVar[str] = "remove_service"

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch; raise RefusedError for a service on which another depends."""
        before, asked = self.existing(scene), self.service
        _require_name_alone(asked)
        there = services_of(before)
        now = _existing(there, asked.key, self.ref)
        needing = [
            spelled(named(one))
            for one in there
            if any(named(on) == asked.key for on in items(one, "dependsOn"))
        ]
        if needing:
            raise RefusedError(
                f"{_named(needing)} depends on service {spelled(asked.key)}",
                hint="remove that first",
            )
        services = [one for one in there if one is not now]
        say = f"remove service {spelled(asked.key)} of {self.ref}"
        steps = self.made(scene, before, services, say, withdrawn(self.ref, asked.key))
        what = f"what {spelled(asked.key)} stored on the cluster may go with it"
        return tuple(replace(one, notes=(*one.notes, what)) for one in steps)


def _existing(there: Sequence[Manifest], key: Name, ref: Ref) -> Manifest:
    for one in there:
        if named(one) == key:
            return one
    names = _named([spelled(named(one)) for one in there])
    raise NotFoundError(
        f"{ref} has no service {spelled(key)[:120]}", hint=f"it has {names or 'none'}"
    )


def _named(names: Sequence[str]) -> str:
    """Return names of the cluster, the first of them, marked where they are more than names."""
    return few([word(one) for one in names], _SHOWN)


def _require_name_alone(asked: AskedService) -> None:
    """Raise InvalidInputError for what a removal would have to leave aside."""
    more = asked.model_dump(exclude={"name", "namespace"}, exclude_defaults=True)
    if more:
        raise InvalidInputError(
            f"remove_service takes no {', '.join(more)}",
            hint="name and namespace say which service is meant",
        )


def _asked(asked: AskedService) -> Manifest:
    """Return the fields of a service that were given, beside its name and template."""
    found = _values(asked)
    if asked.template_chain:
        found["templateChain"] = asked.template_chain
    if asked.depends_on:
        found["dependsOn"] = [_dependency(one) for one in asked.depends_on]
    return found


def _values(asked: AskedService) -> Manifest:
    """Return the values of a service; raise InvalidInputError for what is no YAML mapping."""
    if asked.values is None:
        return {}
    try:
        loaded: object = yaml.safe_load(asked.values)
    except yaml.YAMLError as error:
        raise InvalidInputError(f"values are no YAML: {one_line(str(error), 200)}") from error
    except RecursionError as error:
        raise InvalidInputError("values are nested too deep to be read") from error
    if loaded is not None and not isinstance(loaded, dict):
        raise InvalidInputError("values are no YAML mapping", hint='write e.g. "replicaCount: 2"')
    return {"values": asked.values}


def _dependency(spelling: str) -> Manifest:
    namespace, _, name = spelling.rpartition("/")
    return {"name": name, "namespace": namespace or "default"}
