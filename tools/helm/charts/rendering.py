"""What a chart renders to, by `helm template` with what a cluster serves; no cluster is asked.

Not with --dry-run=server: that fails where objects are in the way or a CRD is missing, which is
what a plan tells; and templates could read Secrets with `lookup` into any object.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from clusterwright.tools.diff import differences
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.field_path import Path as FieldPath
from clusterwright.tools.helm.charts.chart import Chart
from clusterwright.tools.helm.client.kept import workshop
from clusterwright.tools.helm.client.program import Program, find_program
from clusterwright.tools.helm.objects import Object, parse, placed
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref

SECONDS = 60.0
_LOOKUP = re.compile(rb"\{\{-?[^}]*\blookup\b")
_HAS = re.compile(rb"APIVersions\.Has[ \t]+\(?\"([\w./-]{1,120})\"")
_MOST_ASKED = 200


@dataclass(frozen=True, slots=True)
class Served:
    """What templates are told of a cluster; empty for what this helm takes for usual."""

    version: str = ""
    apis: frozenset[tuple[str, str, str]] = frozenset()
    """Group, version and kind."""

    @property
    def names(self) -> frozenset[str]:
        """What `.Capabilities.APIVersions` holds on the cluster: group/version, and with kinds."""
        found: set[str] = set()
        for group, version, kind in self.apis:
            name = f"{group}/{version}" if group else version
            found |= {name, f"{name}/{kind}"}
        return frozenset(found)


@dataclass(frozen=True)
class Rendered:
    """What a chart renders to."""

    manifest: str
    """With hooks; not with what is in `crds/`."""
    objects: tuple[Object, ...]
    random: dict[Ref, tuple[FieldPath, ...]]
    """Fields that come out otherwise each time."""
    unnamed: tuple[str, ...]
    """Objects whose very names do, by kind and template."""
    log: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be rendered."""

    archive: Path
    release: str
    namespace: str
    values: Manifest
    served: Served = Served()


async def render(wanted: Wanted) -> Rendered:
    """Return what a chart renders to, rendered twice to tell what is random.

    Raises InvalidInputError with helm's own sentence where it does not render.
    """
    program = await find_program()
    first, log = await _template(program, wanted)
    second, _ = await _template(program, wanted)
    found = Rendered(first, _placed(first, wanted), {}, (), log)
    return found if first == second else _compared(found, _placed(second, wanted))


async def _template(program: Program, wanted: Wanted) -> tuple[str, tuple[str, ...]]:
    arguments = ["template", f"--namespace={wanted.namespace}"]
    if wanted.served.version:
        arguments.append(f"--kube-version={wanted.served.version}")
    if wanted.served.names:
        arguments.append(f"--api-versions={','.join(sorted(wanted.served.names))}")
    ran = await program.run(
        arguments,
        operands=[wanted.release, str(wanted.archive)],
        values=wanted.values,
        seconds=SECONDS,
    )
    if not ran.ok or ran.cut:
        why = ran.error or "it renders to more than is read"
        raise InvalidInputError(
            f"the chart does not render with these values: {one_line(why, 1_000)}",
            hint="helm_show_chart with view=values tells what it takes",
        )
    return ran.stdout, ran.log


def _placed(manifest: str, wanted: Wanted) -> tuple[Object, ...]:
    return placed(parse(manifest), wanted.namespace, {})


def _compared(found: Rendered, again: Sequence[Object]) -> Rendered:
    other = {one.ref: one.manifest for one in again}
    random: dict[Ref, tuple[FieldPath, ...]] = {}
    for one in found.objects:
        if one.ref in other:
            paths = tuple(each.path for each in differences(one.manifest, other[one.ref]))
            random |= {one.ref: paths} if paths else {}
    unnamed = [f"{one.ref.kind} of {one.source}" for one in found.objects if one.ref not in other]
    return replace(found, random=random, unnamed=tuple(dict.fromkeys(unnamed)))


def looks_up(chart: Chart) -> tuple[str, ...]:
    """Return the templates that ask the cluster for objects: here they find none."""
    return tuple(
        f"{where}/{path}"
        for where, one in chart.all()
        for path in one.templates
        if _LOOKUP.search(one.files[path])
    )


async def mistaken_apis(chart: Chart, served: Served) -> tuple[str, ...]:
    """Return the APIs that templates ask for, that the cluster lacks and this helm takes as there.

    `helm template` adds what it is told to what it knows, and does not take anything away.
    """
    asked = {
        name.decode()
        for _, one in chart.all()
        for path in one.templates
        for name in _HAS.findall(one.files[path])[:_MOST_ASKED]
    }
    missing = asked - served.names
    if not missing or not served.names:
        return ()
    program = await find_program()
    return tuple(sorted(missing & await _known(program)))


async def _known(program: Program) -> frozenset[str]:
    """Return the APIs that a helm takes as there, which only it can tell."""
    if program.version not in _usual():
        with workshop() as folder:
            chart = folder / "usual"
            (chart / "templates").mkdir(parents=True)
            (chart / "Chart.yaml").write_text(_PROBE, encoding="utf-8")
            (chart / "templates" / "all.yaml").write_text(_ALL, encoding="utf-8")
            ran = await program.run(["template"], operands=["usual", str(chart)], seconds=SECONDS)
        _usual()[program.version] = frozenset(_lines(ran.stdout))
    return _usual()[program.version]


@cache
def _usual() -> dict[str, frozenset[str]]:
    return {}


def _lines(printed: str) -> Iterable[str]:
    return (one.removeprefix("- ").strip() for one in printed.splitlines() if one.startswith("- "))


_PROBE = "apiVersion: v2\nname: usual\nversion: 0.1.0\n"
_ALL = "apis:\n{{ .Capabilities.APIVersions | toYaml }}\n"
