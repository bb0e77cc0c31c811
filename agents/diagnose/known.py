"""Set aside what is ignored or known: a diagnosis then tells what is new, and counts the rest."""

from collections.abc import Sequence
from datetime import date

from pydantic import ValidationError

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
    named,
    place_of,
)
from clusterwright.agents.diagnose.growth import Reached, extent
from clusterwright.agents.diagnose.identity import name_of, paired
from clusterwright.agents.diagnose.ignore_file import Entry, holding
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import counted, few
from clusterwright.tools.ref import Ref

_MOST_NAMED = 3


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
    valid = holding(entries, today)
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

    Of findings that explain each other, each has to be named: one must not hide the others. So has
    each symptom in another namespace than its cause that hurts no less than the cause alone.
    """
    entry = _entry_of(root, root, valid)
    return entry if entry and not _unnamed(root, valid) else None


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
            named = f"; it names {counted(hits, 'root cause')} here" if hits else ""
            notes.append(
                f"{one.place} of {one.owner} expired on {one.expires} and ignores nothing{named}"
            )
        elif not hits and whole and one.is_about({s.cluster for s in diagnosis.sources}):
            notes.append(f"{one.place} of {one.owner} matches nothing: is it over, or misspelt?")
    return notes + _kept_notes(diagnosis, entries, today)


def _kept_notes(diagnosis: Diagnosis, entries: Sequence[Entry], today: date) -> list[str]:
    """Return which root causes are told although an entry names them, and why."""
    valid = holding(entries, today)
    return [
        f"{entry.place} of {entry.owner} does not ignore {named(root.code, root.subject)}:"
        f" no entry names {few([link_name(one) for one in left], _MOST_NAMED)}"
        for root in diagnosis.root_causes
        if (entry := _entry_of(root, root, valid)) and (left := _unnamed(root, valid))
    ]


def compared(diagnosis: Diagnosis, before: Diagnosis, namespace: str | None = None) -> Diagnosis:
    """Return a diagnosis that tells what an earlier one does not have, and counts the rest.

    What was there before is told again if it is worse now, or if something of it is new, which it
    then says. `namespace` is the only one that was asked about, if any.
    """
    earlier = known_of(before)
    ignored = [one for one in diagnosis.set_aside if one.why is Why.IGNORED]
    same = paired([*diagnosis.root_causes, *ignored], earlier)
    still = set(same.values())
    reached = Reached(earlier)
    kept: list[RootCause] = []
    aside: list[SetAside] = []
    for i, root in enumerate(diagnosis.root_causes):
        changed = worsened(root, earlier[same[i]], reached) if i in same else root
        if changed is None:
            aside.append(_aside(root, Why.KNOWN))
        else:
            kept.append(changed)
    blind, folded = less_seen(diagnosis, before), explained(diagnosis.root_causes)
    aside += [
        _gone(one)
        for i, one in enumerate(earlier)
        if i not in still
        and one.cluster not in blind
        and place_of(one) not in folded
        and _looked_at(one, diagnosis, namespace)
    ]
    return _told(diagnosis, kept, aside).model_copy(update={"compared": True})


def known_of(before: Diagnosis) -> list[RootCause | SetAside]:
    """Return what a diagnosis knows to be there; what it ignored was not looked at."""
    return [*before.root_causes, *(one for one in before.set_aside if one.why is Why.KNOWN)]


def worsened(root: RootCause, before: RootCause | SetAside, reached: Reached) -> RootCause | None:
    """Return a root cause with what is new of it, None if it is no worse than it was."""
    new = reached.beyond(root, before)
    return root.model_copy(update={"grown_by": new}) if new else None


def less_seen(diagnosis: Diagnosis, before: Diagnosis) -> list[str]:
    """Return the clusters of a baseline of which less was seen now than then.

    What is not found in them need not be gone: a server that had answered did not or was not asked,
    something is unread that was read, or another object was asked about.
    """
    clusters = sorted({one.cluster for one in before.sources if one.cluster})
    if _asked(diagnosis) != _asked(before):
        return clusters
    failed = _tools(diagnosis, answered=False) - _tools(before, answered=False)
    lost = {cluster for _, _, cluster in failed}
    if diagnosis.sources:  # without any, the object that was asked about is not there
        lost |= {cluster for _, _, cluster in _tools(before) - _tools(diagnosis) if cluster}
    return [
        one
        for one in clusters
        if one in lost or "" in lost or _unread(diagnosis, one) - _unread(before, one)
    ]


def _asked(diagnosis: Diagnosis) -> Ref | None:
    return diagnosis.about.ref if diagnosis.about else None


def _tools(diagnosis: Diagnosis, *, answered: bool = True) -> set[tuple[str, str, str]]:
    """Return which tools of which servers answered, or failed to, and for which clusters."""
    return {
        (one.server, one.tool, one.cluster) for one in diagnosis.sources if one.answered is answered
    }


def _unread(diagnosis: Diagnosis, cluster: str) -> set[str]:
    sources = (one for one in diagnosis.sources if one.cluster == cluster)
    return {gap.what for one in sources for gap in one.gaps}


def _entry_of(one: RootCause | Symptom, root: RootCause, entries: Sequence[Entry]) -> Entry | None:
    return next((entry for entry in entries if entry.matches(one, root.cluster)), None)


def _unnamed(root: RootCause, entries: Sequence[Entry]) -> list[Symptom]:
    """Return what no entry names, of what has to be named along with a root cause."""
    return [one for one in _to_name(root) if not _entry_of(one, root, entries)]


def _to_name(root: RootCause) -> list[Symptom]:
    """Return what has to be named along with a root cause."""
    return [*root.circle, *(one for one in root.symptoms if _elsewhere(one, root))]


def _elsewhere(one: Symptom, root: RootCause) -> bool:
    """Tell whether a symptom hurts no less than its cause, in another namespace than that."""
    home = root.subject.namespace
    places = {ref.namespace for ref in (one.subject, *one.members)} - {"", home}
    own = root.own_severity or root.severity
    return bool(home and places) and one.severity.rank <= own.rank


def _names(entry: Entry, root: RootCause) -> bool:
    return any(entry.matches(one, root.cluster) for one in (root, *_to_name(root)))


def _looked_at(one: RootCause | SetAside, diagnosis: Diagnosis, namespace: str | None) -> bool:
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
        id=name_of(root),
        why=why,
        cluster=root.cluster,
        code=root.code,
        severity=root.severity,
        subject=root.subject,
        title=root.title,
        symptoms=len(root.symptoms) + root.more_symptoms,
        extent=extent(root) if why is Why.KNOWN else (),
        circle=_circle(root),
    )


def _gone(one: RootCause | SetAside) -> SetAside:
    if isinstance(one, RootCause):
        return _aside(one, Why.GONE)
    return one.model_copy(update={"why": Why.GONE, "extent": ()})


def _circle(root: RootCause) -> tuple[str, ...]:
    return tuple(link_name(one) for one in root.circle)
