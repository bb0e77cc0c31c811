"""Give a pool of a cluster without a class machines of another kind, or ones that start otherwise.

A template cannot be changed, so that a copy is made with what is to be different, and the pool is
pointed to it (Cluster API book, "Updating Machine Infrastructure and Bootstrap Templates").
"""

import hashlib
from dataclasses import replace
from typing import Any, ClassVar, Literal, cast

from pydantic import Field

from clusterwright.tools.cluster_api.changes.checks import settled
from clusterwright.tools.cluster_api.changes.cluster_change import (
    PoolChange,
    bound_to,
    elsewhere,
    existing_cluster,
)
from clusterwright.tools.cluster_api.changes.pools import (
    CONTROL_PLANE,
    Pool,
    is_classy,
    pool_named,
)
from clusterwright.tools.cluster_api.changes.rollout import rollout, wave_of
from clusterwright.tools.cluster_api.changes.standing import require_steady
from clusterwright.tools.cluster_api.estate import estate_of
from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.field_path import MISSING, Path, parse, put, read
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Json, Manifest, labels_of, mapping, name_of, strings, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.seal import canonical

_SPEC: Path = ("spec", "template", "spec")
MACHINES, BOOTSTRAP = "machines", "bootstrap"
_REFERENCES: dict[str, tuple[Path, ...]] = {
    MACHINES: (
        ("spec", "template", "spec", "infrastructureRef"),  # of a pool
        ("spec", "machineTemplate", "spec", "infrastructureRef"),  # of a control plane, v1beta2
        ("spec", "machineTemplate", "infrastructureRef"),  # v1beta1
    ),
    BOOTSTRAP: (("spec", "template", "spec", "bootstrap", "configRef"),),
}
_DONE = {MACHINES: "made from", BOOTSTRAP: "started by"}
_LONGEST_NAME = 60
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class RotateTemplate(PoolChange):
    """Have a pool's machines made, or started, from a copy of a template, with other fields."""

    kind: ClassVar[str] = "rotate_template"
    template: Literal["machines", "bootstrap"] = "machines"
    set: dict[str, Any] = Field(min_length=1, max_length=40)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return the new template and the patch that points to it; RefusedError for a topology."""
        estate, cluster = estate_of(scene.around), existing_cluster(scene, self.ref)
        require_steady(cluster)
        pool = pool_named(estate, cluster, self.pool)
        if is_classy(cluster):
            raise RefusedError(
                f"the templates of {self.ref} belong to its topology, which would take it back",
                hint="set_variable changes what the class lets be changed; the rest is in the"
                " class: capi_describe_class",
            )
        before = scene.live.get(pool.ref, pool.object) if pool.ref else {}
        where = _where(before, self.template)
        ref, template = estate.referred(before, *_keys(where))
        if pool.ref is None or ref is None or template is None:
            raise NotFoundError(
                f"the {self.template} template of {pool.role} was not found",
                hint=f"{ref} is named by {pool.ref}" if ref else _no_template(pool, self.template),
            )
        made = self._copy(template)
        there = scene.around.get(Ref.of(made))
        if there is not None and mapping(there, "spec") != made["spec"]:
            raise RefusedError(
                f"{Ref.of(made)} is there already, and is not what was asked for",
                hint="find out who made or changed it: k8s_get",
            )
        steps = () if there else (self._making(made, template, pool),)
        pointed = patched(
            pool.ref, before, cast("Manifest", put(before, (*where, "name"), name_of(made)))
        )
        if pointed is None:
            return ()
        comes = rollout([wave_of(pool)], elsewhere(scene, self.ref))
        return (
            *steps,
            replace(
                pointed,
                say=f"have the machines of {pool.role} of {self.ref} {_DONE[self.template]}"
                f" {name_of(made)}",
                checks=(settled(estate, cluster, self.ref, in_turn=comes.turns),),
                risks=comes.risks,
                rests_on=bound_to(there or {}),
                notes=(
                    *comes.notes,
                    f"{ref} is kept: a MachineSet uses it until its last machine is replaced",
                ),
            ),
        )

    def _copy(self, template: Manifest) -> Manifest:
        """Return the template as it is to be, named after its content: twice asked, it is one."""
        wanted: Json = {"spec": mapping(template, "spec")}
        for spelled, value in self.set.items():
            path = parse(spelled)
            path = path if path[: len(_SPEC)] == _SPEC else (*_SPEC, *path)
            if read(wanted, path[:-1]) is MISSING:
                raise InvalidInputError(
                    f"{Ref.of(template)} has nothing at {spelled[:120]!r}",
                    hint="read it with k8s_get, and name the field as it is there",
                )
            wanted = put(wanted, path, MISSING if value is None else value)
        if wanted["spec"] == mapping(template, "spec"):
            return template
        digest = hashlib.sha256(canonical(wanted["spec"])).hexdigest()[:8]
        base = _base(name_of(template))
        marks = strings(template, "metadata", "annotations")
        metadata: Manifest = {
            "name": f"{base[:_LONGEST_NAME]}-{digest}",
            "namespace": self.ref.namespace,
            "labels": labels_of(template),
            "annotations": {key: one for key, one in marks.items() if key != _APPLIED},
        }
        return {
            "apiVersion": text(template, "apiVersion"),
            "kind": text(template, "kind"),
            "metadata": {key: one for key, one in metadata.items() if one},
            "spec": wanted["spec"],
        }

    def _making(self, made: Manifest, template: Manifest, pool: Pool) -> Step:
        ref = Ref.of(made)
        changed = ", ".join(sorted(self.set))
        return Step(
            say=f"make {ref}, a copy of {name_of(template)} with another {changed}",
            write=Write(Verb.CREATE, ref, made),
            copy_of=template,
            risks=(),
            notes=(f"for {pool.role} alone; other pools keep {name_of(template)}",),
        )


def _where(found: Manifest, which: str) -> Path:
    """Return where an object names a template for its machines."""
    return next((path for path in _REFERENCES[which] if mapping(found, *_keys(path))), ())


def _no_template(pool: Pool, which: str) -> str:
    if which == BOOTSTRAP and pool.name == CONTROL_PLANE:
        return f"a control plane says in its own spec how its machines start: {pool.ref}"
    return "the pool names none"


def _keys(path: Path) -> tuple[str, ...]:
    return tuple(str(one) for one in path)


def _base(name: str) -> str:
    """Return a template's name without the digest that an earlier rotation gave it."""
    head, _, tail = name.rpartition("-")
    fits = len(tail) == 8 and all(one in "0123456789abcdef" for one in tail)  # noqa: PLR2004
    return head if head and fits else name
