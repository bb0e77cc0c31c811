"""Have helm render a chart for a release as it would install or upgrade it, and store nothing."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from clusterwright.tools.diff import differences
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.field_path import Path as FieldPath
from clusterwright.tools.helm.changes.runs import HISTORY
from clusterwright.tools.helm.client.program import Driver, Program
from clusterwright.tools.helm.failures.classify import classify
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.helm.placement import on_cluster
from clusterwright.tools.helm.record import Release
from clusterwright.tools.manifest import Manifest
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


@dataclass(frozen=True)
class Rendered:
    """What a chart renders to."""

    release: Release
    objects: tuple[Object, ...]
    hooks: tuple[Object, ...]
    random: dict[Ref, tuple[FieldPath, ...]]
    """Fields that come out otherwise each time."""
    unnamed: tuple[str, ...] = ()
    """Objects whose very names do, by kind and template."""


async def render(
    program: Program, kubeconfig: Path, connection: "Connection", asked: Asked
) -> Rendered:
    """Return what helm would write; raise RefusedError with the cause where it would fail."""
    release = await _render(program, kubeconfig, asked)
    objects, hooks = await objects_of(connection, release)
    if not asked.chance:
        return Rendered(release, objects, hooks, {})
    again = await objects_of(connection, await _render(program, kubeconfig, asked))
    return _compared(release, (objects, hooks), again)


async def objects_of(
    connection: "Connection", release: Release
) -> tuple[tuple[Object, ...], tuple[Object, ...]]:
    """Return the objects of a release and those of its hooks, as they stand on a cluster."""
    manifests = "\n---\n".join(one.manifest for one in release.hooks if "test" not in one.events)
    objects = await on_cluster(connection, release.manifest, release.namespace)
    return objects, await on_cluster(connection, manifests, release.namespace)


async def _render(program: Program, kubeconfig: Path, asked: Asked) -> Release:
    ran = await program.run(
        [
            asked.command,
            f"--namespace={asked.release.namespace}",
            "--dry-run=server",
            "--output=json",
            *(("--reset-values", f"--history-max={HISTORY}") if asked.command == "upgrade" else ()),
        ],
        operands=[asked.release.name, str(asked.archive)],
        kubeconfig=kubeconfig,
        values=asked.values,
        driver=asked.driver,
        seconds=_SECONDS,
    )
    if not ran.ok:
        found = classify(ran.error)
        raise RefusedError(f"{found.cause} [{found.code}]", hint=found.change)
    try:
        return Release(orjson.loads(ran.stdout))
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(
            f"helm {program.version} did not answer with a release in JSON",
            hint="run it by hand with --dry-run=server -o json",
        ) from error


def _compared(
    release: Release,
    first: tuple[tuple[Object, ...], tuple[Object, ...]],
    second: tuple[tuple[Object, ...], tuple[Object, ...]],
) -> Rendered:
    """Return the first rendering, less the objects that have no counterpart in the second."""
    other = {one.ref: one for group in second for one in group}
    random: dict[Ref, tuple[FieldPath, ...]] = {}
    unnamed: list[str] = []
    kept: list[tuple[Object, ...]] = []
    for group in first:
        named = tuple(one for one in group if one.ref in other)
        unnamed += [f"{one.ref.kind} of {one.source}" for one in group if one.ref not in other]
        for one in named:
            changed = differences(one.manifest, other[one.ref].manifest)
            if changed:
                random[one.ref] = tuple(each.path for each in changed)
        kept.append(named)
    return Rendered(release, kept[0], kept[1], random, tuple(dict.fromkeys(unnamed)))
