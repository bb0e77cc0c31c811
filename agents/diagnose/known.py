"""Set aside what is ignored or known: a diagnosis then tells what is new, and counts the rest."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from pydantic import ValidationError

from clusterwright.agents.diagnose.correlate import identity
from clusterwright.agents.diagnose.diagnosis import (
    Diagnosis,
    RootCause,
    SetAside,
    Symptom,
    Verdict,
    Why,
    broken,
    explained,
    link_name,
)
from clusterwright.agents.diagnose.ignore_file import Entry
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.ref import Ref


def parse_baseline(text: str, name: str) -> Diagnosis:
    """Return the diagnosis that an earlier run wrote; raise InvalidInputError if it is none."""
    try:
        return Diagnosis.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(
            f"{name} is no diagnosis: {where + ': ' if where else ''}{first['msg']}",
            hint=f"write one with clusterwright diagnose -o json --output-file {name}",
        ) from error


def without_ignored(diagnosis: Diagnosis, entries: Sequence[Entry], today: date) -> Diagnosis:
    """Return a diagnosis that has the root causes aside which an entry names that still holds."""
    valid = [one for one in entries if not one.expired(today)]
    kept: list[RootCause] = []
    aside: list[SetAside] = []
    for root in diagnosis.root_causes:
        entry = ignored_by(root, valid)
        if entry is None:
            kept.append(root)
        else:
            said = {"reason": entry.reason, "owner": entry.owner, "expires": entry.expires}
            aside.append(_aside(root, Why.IGNORED).model_copy(update=said))
    return _told(diagnosis, kept, aside)


def ignored_by(root: RootCause, valid: Sequence[Entry]) -> Entry | None:
    """Return the first of the entries, all of which hold, that names a root cause.

    Of findings that explain each other, each has to be named: one must not hide the others.
    """
    entry = _entry_of(root, root, valid)
    return entry if all(_entry_of(one, root, valid) for one in root.circle) else None


def entry_notes(
    diagnosis: Diagnosis, entries: Sequence[Entry], today: date, *, everywhere: bool
) -> list[str]:
    """Return what the owner of an ignore file has to know: what has expired or matches nothing.

    `diagnosis` is the one with all its root causes. That an entry matches nothing is only said of
    a cluster that was asked about, `everywhere` in it, by servers that all answered.
    """
    notes: list[str] = []
    whole = everywhere and not diagnosis.about and all(one.answered for one in diagnosis.sources)
    for one in entries:
        hits = sum(_names(one, root) for root in diagnosis.root_causes)
        if one.expired(today):
            named = f"; it names {_count(hits)} here" if hits else ""
            notes.append(
                f"{one.place} of {one.owner} expired on {one.expires} and ignores nothing{named}"
            )
        elif not hits and whole and one.is_about({s.cluster for s in diagnosis.sources}):
            notes.append(f"{one.place} of {one.owner} matches nothing: is it over, or misspelt?")
    return notes


def compared(diagnosis: Diagnosis, before: Diagnosis, namespace: str | None = None) -> Diagnosis:
    """Return a diagnosis that tells what an earlier one does not have, and counts the rest.

    What was there before and is worse now is new. What several root causes share, one name, is
    known as often as it was there. `namespace` is the only one that was asked about, if any.
    """
    earlier: defaultdict[str, list[SetAside]] = defaultdict(list)
    for one in _known_before(before):
        earlier[one.id].append(one)
    had = {name: len(some) for name, some in earlier.items()}
    known = _recognised(diagnosis.root_causes, earlier)
    kept = [root for i, root in enumerate(diagnosis.root_causes) if i not in known]
    aside = [_aside(diagnosis.root_causes[i], Why.KNOWN) for i in sorted(known)]
    now = Counter([_name(root) for root in diagnosis.root_causes])
    now.update(one.id for one in diagnosis.set_aside if one.why is Why.IGNORED)
    blind = less_seen(diagnosis, before)
    folded = explained(diagnosis.root_causes)
    for name, left in earlier.items():
        missing = max(0, had[name] - now[name])
        aside += [
            one
            for one in left[:missing]
            if one.cluster not in blind
            and (one.cluster, one.code, one.subject) not in folded
            and _looked_at(one, diagnosis, namespace)
        ]
    return _told(diagnosis, kept, aside).model_copy(update={"compared": True})


def less_seen(diagnosis: Diagnosis, before: Diagnosis) -> list[str]:
    """Return the clusters of a baseline of which less was seen now than then.

    What is not found in them need not be gone: a server did not answer, something is unread that
    was read, or another object was asked about.
    """
    clusters = sorted({one.cluster for one in before.sources if one.cluster})
    if _asked(diagnosis) != _asked(before):
        return clusters
    lost = {one.cluster for one in diagnosis.sources if not one.answered}
    return [
        one
        for one in clusters
        if one in lost or "" in lost or _unread(diagnosis, one) - _unread(before, one)
    ]


def _asked(diagnosis: Diagnosis) -> Ref | None:
    return diagnosis.about.ref if diagnosis.about else None


def _unread(diagnosis: Diagnosis, cluster: str) -> set[str]:
    sources = (one for one in diagnosis.sources if one.cluster == cluster)
    return {gap.what for one in sources for gap in one.gaps}


def _entry_of(one: RootCause | Symptom, root: RootCause, entries: Sequence[Entry]) -> Entry | None:
    return next((entry for entry in entries if entry.matches(one, root.cluster)), None)


def _names(entry: Entry, root: RootCause) -> bool:
    return any(entry.matches(one, root.cluster) for one in (root, *root.circle))


def _known_before(before: Diagnosis) -> list[SetAside]:
    """Return what a baseline knows, as what would be gone; what it ignored was not looked at."""
    told = [_aside(root, Why.GONE) for root in before.root_causes]
    carried = [one for one in before.set_aside if one.why is Why.KNOWN]
    return told + [one.model_copy(update={"why": Why.GONE}) for one in carried]


def _recognised(roots: Sequence[RootCause], earlier: dict[str, list[SetAside]]) -> set[int]:
    """Take from `earlier` what each root was before, and return which roots those are.

    Roots of one name are told apart by their titles, as far as these have stayed the same.
    """
    known: set[int] = set()
    for same_title in (True, False):
        for i, root in enumerate(roots):
            left = earlier.get(_name(root), [])
            fits = (
                one
                for one in left
                if one.severity.rank <= root.severity.rank
                and not Counter(_circle(root)) - Counter(one.circle)
                and (one.title == root.title or not same_title)
            )
            if i not in known and (found := next(fits, None)):
                left.remove(found)
                known.add(i)
    return known


def _looked_at(one: SetAside, diagnosis: Diagnosis, namespace: str | None) -> bool:
    """Tell whether a diagnosis would have found a root cause of an earlier one again."""
    asked = any(source.cluster == one.cluster for source in diagnosis.sources)
    return asked and (namespace is None or one.subject.namespace == namespace)


def _told(diagnosis: Diagnosis, kept: list[RootCause], aside: list[SetAside]) -> Diagnosis:
    changes = {
        "root_causes": tuple(kept),
        "set_aside": (*diagnosis.set_aside, *aside),
        "verdict": _verdict(diagnosis, kept),
    }
    return diagnosis.model_copy(update=changes)


def _verdict(diagnosis: Diagnosis, kept: Sequence[RootCause]) -> Verdict:
    """Return what is left to say; whoever could not ask a server knows no more than before."""
    if broken(kept) or diagnosis.verdict is not Verdict.PROBLEMS:
        return diagnosis.verdict
    blind = any(not one.answered for one in diagnosis.sources)
    return Verdict.UNKNOWN if blind else Verdict.HEALTHY


def _aside(root: RootCause, why: Why) -> SetAside:
    return SetAside(
        id=_name(root),
        why=why,
        cluster=root.cluster,
        code=root.code,
        severity=root.severity,
        subject=root.subject,
        title=root.title,
        symptoms=len(root.symptoms),
        circle=_circle(root),
    )


def _circle(root: RootCause) -> tuple[str, ...]:
    return tuple(link_name(one) for one in root.circle)


def _name(root: RootCause) -> str:
    return root.id or identity(root.cluster, root.code, str(root.subject))


def _count(roots: int) -> str:
    return f"{roots} root cause{'s' * (roots != 1)}"
