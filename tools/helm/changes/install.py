"""Install a chart as a new release."""

from collections.abc import Iterator
from typing import ClassVar

from clusterwright.tools.errors import ConflictError, InvalidInputError, NotFoundError
from clusterwright.tools.helm.changes.gist import gist
from clusterwright.tools.helm.changes.hook_runs import notes_on, run_hooks
from clusterwright.tools.helm.changes.object_steps import MANAGER, How, written
from clusterwright.tools.helm.changes.outlook import Outlook, outlook_of
from clusterwright.tools.helm.changes.records import is_deployed
from clusterwright.tools.helm.changes.runs import run, told_of
from clusterwright.tools.helm.changes.size import check_size
from clusterwright.tools.helm.changes.upgrade import ChartChange, chart_notes
from clusterwright.tools.helm.chart_crds import CRD
from clusterwright.tools.helm.record import namespaced_name
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, name_of
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

EVENTS = ("pre-install", "post-install")


class Install(ChartChange):
    """Install: under a name that is not in use."""

    kind: ClassVar[str] = "install"
    create_namespace: bool = False

    def work(self, scene: Scene) -> tuple[Step, ...]:
        """Return the run of helm and what it makes."""
        found = outlook_of(scene, self.ref)
        if found.history:
            newest = found.history[0]
            raise ConflictError(
                f"{self.ref} is there already: revision {newest.number} is {newest.status}"
                " [name-in-use]",
                hint='{"kind":"upgrade"} changes it; {"kind":"uninstall"} takes it away first',
            )
        if not self.chart:
            raise InvalidInputError(
                "which chart?", hint="chart=repository/name; helm_search_charts lists them"
            )
        namespace = tuple(_namespace(scene, self, found))
        target = found.target
        if target is None:
            return ()
        check_size(target)
        release = namespaced_name(self.ref)
        how = How(target.server_side, self.force_conflicts)
        objects = (*namespace, *_crds(found), *written(found, how))
        many = len(objects) != 1
        head = run(
            found,
            f"install {self.ref}",
            {
                **self.asked(found, "install"),
                "create_namespace": self.create_namespace,
                "writes_first": bool(self.create_namespace or (found.chart and found.chart.crds)),
            },
            told=told_of(None, target, 1),
            checks=(is_deployed(found, 1),),
            risks=((Risk.LOW, f"{len(objects)} object{'s are' * many or ' is'} made"),),
            notes=(*chart_notes(found), *notes_on(found, EVENTS)),
            inverse={"kind": "uninstall", "release": release, "expect": 1},
        )
        return (head, *objects, *run_hooks(found, EVENTS))

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return what proves an installation that was cut short after it had taken place."""
        return (is_deployed(outlook_of(scene, self.ref), 1),)


def _namespace(scene: Scene, change: Install, found: Outlook) -> Iterator[Step]:
    """Yield the namespace of a release, where it is to be made; raise NotFoundError if not."""
    ref = Ref("Namespace", change.ref.namespace)
    if not found.homeless:
        return
    if not change.create_namespace:
        raise NotFoundError(
            f"there is no namespace {ref.name!r} on {scene.cluster} [namespace-missing]",
            hint="pass create_namespace=true, or another release=namespace/name",
        )
    body: Manifest = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": ref.name, "labels": {"name": ref.name}},
    }
    yield Step(
        say=f"create {ref}",
        write=Write(Verb.APPLY, ref, body, manager=MANAGER),
        carried_by=change.ref,
    )


def _crds(found: Outlook) -> Iterator[Step]:
    """Yield the CRDs of the chart that are not there yet; Helm makes these before all else."""
    for one in found.chart.crds if found.chart else ():
        ref = Ref(CRD, name_of(one))
        if ref not in found.live:
            yield Step(
                say=f"create {ref}",
                write=Write(Verb.APPLY, ref, one, manager=MANAGER, strict=True),
                carried_by=found.ref,
                told=gist(one),
                irreversible="Helm leaves CRDs when a release goes",
                at_stake=Risk.LOW,
            )
