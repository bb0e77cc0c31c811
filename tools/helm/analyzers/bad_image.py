"""Images that cannot be pulled, told of the value and the revision that named them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.field_path import put, read, spell
from clusterwright.tools.finding import Evidence, FieldEvidence, Finding, Severity, ask
from clusterwright.tools.helm.analyzers.about import (
    Cure,
    about,
    change,
    of_record,
    released,
    rollback,
)
from clusterwright.tools.helm.estate import Estate, Standing, estate_of, hook_owners
from clusterwright.tools.helm.image_source import Part, Source, source_of, split
from clusterwright.tools.helm.record import Release, Revision
from clusterwright.tools.helm.rendered import image_in, rendered
from clusterwright.tools.helm.trouble import Unpulled, unpulled
from clusterwright.tools.kubernetes.analyzers.image import DENIED, NOT_FOUND
from clusterwright.tools.quotation import word
from clusterwright.tools.snapshot import Snapshot

CODE = "release/bad-image"
_MOST = 4


@dataclass(frozen=True, slots=True)
class _Named:
    """An image that a release names, since when, and what it named before."""

    trouble: Unpulled
    standing: Standing
    record: Release
    """The revision that the pods are of."""
    since: Revision
    """The oldest of those, without a break, that name it."""
    before: Revision | None
    """The newest revision that named another one, and worked."""
    image_before: str
    source: Source | None


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    if not estate.of_kind("Pod"):
        return
    alike: dict[tuple[str, str], list[_Named]] = {}
    for one in unpulled(estate, hook_owners(estate)):
        named = _named(estate, one)
        if named is not None:
            where = spell(named.source.path) if named.source else one.image
            alike.setdefault((str(one.release), where), []).append(named)
    for found in alike.values():
        yield Suspicion(_finding(found))


def _named(estate: Estate, one: Unpulled) -> _Named | None:
    """Return who named an image; None where the release did not, or where that is not the fault."""
    standing = estate.standing(one.release)
    if standing is None:
        return None
    images = {
        revision.number: image_in(rendered(record, one.workload), one.container)
        for revision in standing.revisions
        if (record := standing.records.get(revision.number)) is not None
    }
    run = [each for each in (standing.newest, standing.current) if images.get(each.number)]
    of = next((each for each in run[:1] if images[each.number] == one.image), None)
    if of is None and not standing.settled:
        of = next((each for each in run if images[each.number] == one.image), None)
    if of is None:
        return None  # set by hand, or of a rollout that a newer revision has overtaken
    since, before = of, None
    for revision in standing.revisions:
        image = images.get(revision.number)
        if revision.number >= of.number or image is None:
            continue
        if image == one.image and before is None and since.number - revision.number == 1:
            since = revision
        elif image and image != one.image and revision.status.worked:
            before = revision
            break
    record = standing.records[of.number]
    image_before = images[before.number] if before else ""
    if not _at_fault(one, image_before):
        return None
    names = (one.container, one.workload.name.removeprefix(one.release.name).strip("-"))
    source = source_of(one.image, record, _parts(one.image, image_before), names)
    return _Named(one, standing, record, since, before, image_before, source)


def _at_fault(one: Unpulled, before: str) -> bool:
    """Return whether it is the name of the image that keeps it from being pulled.

    A registry that denies or does not answer is at fault itself, unless it was named just now.
    """
    if one.told.code == NOT_FOUND or "not a valid name" in one.told.title:
        return True
    if not before:
        return False
    old, new = split(before), split(one.image)
    return old[:2] != new[:2] if one.told.code == DENIED else old[0] != new[0]


def _parts(image: str, before: str) -> tuple[Part, ...]:
    """Return which parts of an image may be at fault, the likeliest first."""
    tagged = (Part.DIGEST,) if split(image)[3] else (Part.TAG,)
    if before and split(before)[2:] == split(image)[2:]:
        if split(before)[1] == split(image)[1]:
            return (Part.REGISTRY, Part.REPOSITORY, Part.IMAGE)
        return (Part.REPOSITORY, Part.IMAGE)
    return (*tagged, Part.IMAGE)


def _finding(found: Sequence[_Named]) -> Finding:
    first = found[0]
    standing, one = first.standing, first.trouble
    workloads = tuple(dict.fromkeys(each.trouble.workload for each in found))
    pods = tuple(each.trouble.told.members[0] for each in found)
    others = f" and {len(workloads) - 1} more" if len(workloads) > 1 else ""
    evidence: list[Evidence] = [one.told.evidence[0], *_told(first)]
    return about(
        standing,
        CODE,
        f"{_what(first)} of {one.workload}{others} cannot be pulled; {_who(first)}{_was(first)}",
        (*evidence, *(each.trouble.told.evidence[0] for each in found[1:_MOST])),
        *_cures(first),
        severity=one.told.severity if len(found) == 1 else Severity.WARNING,
        since=first.since.modified,
        members=(*workloads, *pods),
        relations=released(workloads, standing.ref),
    )


def _what(named: _Named) -> str:
    if named.source is None or named.source.part is Part.IMAGE:
        return f'Image "{one_line(named.trouble.image, 120)}"'
    return f'Image {named.source.part.value} "{one_line(named.source.value, 100)}"'


def _who(named: _Named) -> str:
    """Return what named the image: a value, the chart's own value, or its templates."""
    since = named.since.number
    if named.source is None:
        chart = f"{word(named.record.chart_name)} {word(named.record.chart_version)}"
        version = named.record.app_version
        told = (
            "by its appVersion" if version and version in named.trouble.image else "in a template"
        )
        return f"the chart {chart} names it {told}, since revision {since}"
    path = word(spell(named.source.path))
    if not named.source.supplied:
        return f"{path} of the chart's own values names it, since revision {since}"
    return f"it was set by {path} in the values of revision {since}"


def _was(named: _Named) -> str:
    if named.before is None:
        return ", and no revision that is kept had another"
    source = named.source
    old = named.standing.records[named.before.number]
    value = read(old.supplied, source.path) if source and source.supplied else None
    text = str(value) if isinstance(value, str | int | float) else named.image_before
    return f', where revision {named.before.number} had "{one_line(text, 80)}"'


def _told(named: _Named) -> list[Evidence]:
    standing, source = named.standing, named.source
    where = "config" if source and source.supplied else "chart.values"
    path = f"$.{where}.{spell(source.path)}" if source else "$.manifest"
    value = source.value if source else named.trouble.image
    since = f"{value} (since revision {named.since.number})"
    told: list[Evidence] = [of_record(standing, path, since)]
    if named.before:
        path = "$.manifest"
        said = f"{named.image_before} in revision {named.before.number}"
        told.append(FieldEvidence(ref=named.before.record, path=path, value=said))
    return told


def _cures(named: _Named) -> list[Cure]:
    standing, source = named.standing, named.source
    cures: list[Cure] = []
    if named.before is not None:
        why = f", whose image is {word(one_line(named.image_before, 120))}"
        cures.append(rollback(standing, named.before, why))
    if source is not None:
        registry, repository, *_ = split(named.trouble.image)
        whole = "/".join(part for part in (registry, repository) if part)
        what = f"a {source.part.value} of {whole} that exists"
        values = put({}, source.path, ask(what))
        upgrade = change(standing, "upgrade", values=values)
        cures.append(Cure(f"Set {spell(source.path)} to what exists", upgrade))
    else:
        cures.append(Cure(f"Push {named.trouble.image}, or upgrade to a chart that names another"))
    return cures


BAD_IMAGE = Analyzer("bad-image", (CODE,), ("Secret", "Pod", "ReplicaSet", "Event"), _detect)
