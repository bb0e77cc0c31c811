"""Objects that Helm made and that no release has any more."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion, unless_gone
from clusterwright.tools.finding import Evidence, FieldEvidence, Finding, Severity, ask
from clusterwright.tools.helm.analyzers.about import Cure, remedies
from clusterwright.tools.helm.estate import WORKLOADS, Estate, Standing, estate_of
from clusterwright.tools.helm.marks import RELEASE_NAME, is_hook, released_by
from clusterwright.tools.helm.objects import KEEP
from clusterwright.tools.helm.record import namespaced_name
from clusterwright.tools.kubernetes.analyzers.pod import title
from clusterwright.tools.manifest import Manifest, dig, instant, items, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "release/orphan"
_VALUES = "the values that it had"
_MOST = 20
"""Objects that one change names."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    lost: dict[Ref, list[Manifest]] = defaultdict(list)
    for one in _left(estate):
        release = released_by(one)
        if release is not None and _told_of(estate, release, one):
            lost[release].append(one)
    for release, objects in sorted(lost.items()):
        yield _suspicion(estate, release, sorted(objects, key=_order))


def _left(estate: Estate) -> Iterator[Manifest]:
    """Yield the live objects that Helm made for good, and that nothing else owns or removes."""
    for objects in estate.objects.values():
        for one in objects:
            kept = text(one, "metadata", "annotations", KEEP[0]) == KEEP[1]
            leaving = dig(one, "metadata", "deletionTimestamp") is not None
            owned = items(one, "metadata", "ownerReferences")
            if not (kept or leaving or owned or is_hook(one)):
                yield one


def _told_of(estate: Estate, release: Ref, one: Manifest) -> bool:
    """Return whether an object is of no revision that is known to be all there is."""
    standing = estate.standing(release)
    if standing is None:
        elsewhere = estate.namespace not in {"", release.namespace}
        return estate.all_records and not elsewhere
    if not standing.settled or standing.newest.record not in estate.manifests:
        return False
    # An object of extensions/v1beta1 is served as one of another group.
    own = (text(one, "kind"), Ref.of(one).namespace, Ref.of(one).name)
    return own not in {(o.ref.kind, o.ref.namespace, o.ref.name) for o in standing.objects}


def _suspicion(estate: Estate, release: Ref, objects: list[Manifest]) -> Suspicion:
    refs = tuple(Ref.of(one) for one in objects)
    standing = estate.standing(release)
    named = f"release {release.name} in namespace {release.namespace}"
    others = len(refs) - 1
    more = f" ({others} other object{'s' * (others > 1)} likewise)" if others else ""
    cures = list(_cures(refs, release, standing))
    finding = Finding(
        code=CODE,
        severity=Severity.INFO,
        subject=refs[0],
        title=title(f"Helm made it for {named}, {_why(standing)}{more}"),
        evidence=_evidence(objects[0], standing),
        since=instant(objects[0], "metadata", "creationTimestamp"),
        members=refs,
        # An SQL database that keeps releases cannot be seen from the cluster.
        concluded=standing is None,
        fixes=tuple(one.sentence for one in cures),
        remedies=remedies(cures),
    )
    return Suspicion(finding, (ReadRequest(refs[0]),))


def _why(standing: Standing | None) -> str:
    if standing is None:
        return "of which there is no record"
    return f"whose deployed revision {standing.newest.number} does not have it"


def _evidence(one: Manifest, standing: Standing | None) -> tuple[Evidence, ...]:
    path = f"$.metadata.annotations['{RELEASE_NAME}']"
    value = text(one, "metadata", "annotations", RELEASE_NAME)
    marked = FieldEvidence(ref=Ref.of(one), path=path, value=value)
    if standing is None:
        return (marked,)
    number = str(standing.newest.number)
    return (marked, FieldEvidence(ref=standing.ref, path="$.version", value=number))


def _cures(refs: tuple[Ref, ...], release: Ref, standing: Standing | None) -> Iterator[Cure]:
    named = namespaced_name(release)
    if standing is None:
        chart = ask("the chart that it was installed from, as repository/name")
        values: Manifest = {ask(_VALUES): ""}
        again: Manifest = {"kind": "install", "release": named, "chart": chart, "values": values}
        yield Cure("Install the chart again: Helm takes over what carries its marks", again)
    else:
        owner = ask("the release whose chart is to have it, as namespace/name")
        objects = [str(one) for one in refs[:_MOST]]
        adopt: Manifest = {"kind": "adopt", "release": owner, "objects": objects}
        yield Cure("Have a release own it whose chart has it", adopt)
    delete = f'{{"kind": "delete", "object": "{refs[0]}"}}'
    yield Cure(f"Delete it if nobody needs it: k8s_plan_change {delete}")


def _order(one: Manifest) -> tuple[int, str, str]:
    kind = text(one, "kind")
    rank = WORKLOADS.index(kind) if kind in WORKLOADS else len(WORKLOADS)
    return rank, kind, Ref.of(one).name


ORPHAN = Analyzer("orphan", (CODE,), ("Secret", "ConfigMap", *WORKLOADS), _detect, unless_gone)
