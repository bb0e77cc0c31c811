"""Have helm render a chart for a release as it would install or upgrade it, and store nothing."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import orjson

from clusterwright.tools.diff import differences
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.field_path import Path as FieldPath
from clusterwright.tools.helm.changes import before_crds
from clusterwright.tools.helm.client.program import Driver, Program
from clusterwright.tools.helm.failures.classify import classify
from clusterwright.tools.helm.hooks import TESTS
from clusterwright.tools.helm.objects import Object, parse, placed
from clusterwright.tools.helm.placement import on_cluster
from clusterwright.tools.helm.record import USUALLY_KEPT, Release
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.manifest import Json, Manifest, text
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_SECONDS = 60.0


@dataclass(frozen=True)
class Asked:
    """What is to be rendered."""

    command: str
    """`install` or `upgrade`."""
    release: Ref
    archive: Path
    values: Manifest
    driver: Driver
    chance: bool = False
    """Whether it may be rendered otherwise each time, and has to be looked at twice."""
    veil: Veil = field(default_factory=Veil)
    """Of its values, which a template may put into an error."""
    apart: tuple[str, ...] = ()
    """Flags that tell of the cluster, where it cannot be asked: the chart's CRDs are not there."""


@dataclass(frozen=True)
class Rendered:
    """What a chart renders to."""

    release: Release
    objects: tuple[Object, ...]
    hooks: tuple[Object, ...]
    random: dict[Ref, tuple[FieldPath, ...]]
    """Fields that come out otherwise each time."""
    unnamed: frozenset[Ref] = frozenset()
    """Those of the objects whose very names, or namespaces, do."""


async def render(
    program: Program, kubeconfig: Path, connection: "Connection", asked: Asked
) -> Rendered:
    """Return what helm would write; raise RefusedError with the cause where it would fail."""
    release = await _render(program, kubeconfig, asked)
    _check_named(release)
    objects, hooks = await objects_of(connection, release)
    if not asked.chance:
        return Rendered(release, objects, hooks, {})
    again = await objects_of(connection, await _render(program, kubeconfig, asked))
    return _compared(release, (objects, hooks), again)


async def objects_of(
    connection: "Connection", release: Release
) -> tuple[tuple[Object, ...], tuple[Object, ...]]:
    """Return the objects of a release and those of its hooks, as they stand on a cluster.

    What only tests make is left out; a hook may make several objects, of a list.
    """
    objects = await on_cluster(connection, release.manifest, release.namespace)
    hooks: list[Object] = []
    for hook in release.hooks:
        if not TESTS.issuperset(hook.events):
            made = await on_cluster(connection, hook.manifest, release.namespace)
            hooks += [replace(one, hook=hook) for one in made]
    return objects, tuple(hooks)


async def _render(program: Program, kubeconfig: Path, asked: Asked) -> Release:
    ran = await program.run(
        [*_words(asked), f"--namespace={asked.release.namespace}"],
        operands=[asked.release.name, str(asked.archive)],
        kubeconfig=kubeconfig,
        values=asked.values,
        driver=asked.driver,
        seconds=_SECONDS,
    )
    if not ran.ok:
        found = classify(asked.veil.text(ran.error))
        raise RefusedError(f"{found.cause} [{found.code}]", hint=found.change)
    if asked.apart:
        return before_crds.release_of(asked.release, asked.values, ran.stdout)
    try:
        found: Json = orjson.loads(ran.stdout)
    except orjson.JSONDecodeError:
        found = None
    release = Release(cast("Manifest", found) if isinstance(found, dict) else {})
    if (release.namespace, release.name) != (asked.release.namespace, asked.release.name):
        raise InvalidInputError(
            f"helm {program.version} did not answer with {asked.release} in JSON",
            hint="run it by hand with --dry-run=server -o json",
        )
    return release


def _words(asked: Asked) -> tuple[str, ...]:
    if asked.apart:
        return ("template", *asked.apart)
    words = (asked.command, "--dry-run=server", "--output=json")
    more = ("--reset-values", f"--history-max={USUALLY_KEPT}")
    return (*words, *(more if asked.command == "upgrade" else ()))


def _check_named(release: Release) -> None:
    """Raise RefusedError for an object that no step could tell of: it would be written unseen."""
    for manifest in (release.manifest, *(one.manifest for one in release.hooks)):
        for source, one in parse(manifest):
            if not placed([(source, one)], release.namespace, {}):
                kind = text(one, "kind")[:60] or "thing"
                raise RefusedError(
                    f"{source or 'a template'} renders a {kind} without a name of its own, which"
                    " Helm does not apply server-side [no-name]",
                    hint="give it metadata.name in place of generateName",
                )


def _compared(
    release: Release,
    first: tuple[tuple[Object, ...], tuple[Object, ...]],
    second: tuple[tuple[Object, ...], tuple[Object, ...]],
) -> Rendered:
    """Return the first rendering, with what has no counterpart in the second."""
    other = {one.ref: one for group in second for one in group}
    random: dict[Ref, tuple[FieldPath, ...]] = {}
    whole = [one for group in first for one in group]
    for one in whole:
        changed = differences(one.manifest, other[one.ref].manifest) if one.ref in other else ()
        if changed:
            random[one.ref] = tuple(each.path for each in changed)
    unnamed = frozenset(one.ref for one in whole if one.ref not in other)
    return Rendered(release, *first, random, unnamed)
