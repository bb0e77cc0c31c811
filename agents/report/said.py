"""What every report says alike: the verdict, what is set aside, why, and what it all rests on."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from clusterwright.agents.diagnose.diagnosis import (
    About,
    Diagnosis,
    RootCause,
    SetAside,
    Source,
    Symptom,
    Verdict,
    Why,
    link_name,
    named,
    place,
)
from clusterwright.agents.report.chains import order
from clusterwright.tools.excerpt import counted, few
from clusterwright.tools.ref import Ref

_MOST_NAMED = 3
_MOST_KINDS = 7
_MOST_CLUSTERS = 3


def verdict_line(diagnosis: Diagnosis) -> str:
    """Return what can be said of it all, in a sentence."""
    roots = diagnosis.root_causes
    match diagnosis.verdict:
        case Verdict.UNKNOWN:
            return _unknown(diagnosis)
        case Verdict.HEALTHY:
            partly = "" if diagnosis.complete else " in what could be checked"
            noted = f"; {len(roots)} worth knowing" if roots else ""
            return f"No {_new(diagnosis)}problems found{partly}{_beyond(diagnosis)}{noted}."
        case Verdict.PROBLEMS:
            symptoms = {place(one, root) for root in roots for one in root.symptoms}
            folded = f", {counted(len(symptoms), 'symptom')} folded under" if symptoms else ""
            return f"{counted(len(roots), f'{_new(diagnosis)}root cause')}{folded}."


def _unknown(diagnosis: Diagnosis) -> str:
    """Return what there is to say where nothing is known to be wrong, and nothing to be well."""
    about = diagnosis.about
    if about and about.well is False:
        return "It is not well, and no cause was found."
    if not any(one.answered and one.checked for one in diagnosis.sources):
        return "Nothing could be checked."
    found = "No problems found in what could be checked"
    if all(one.answered for one in diagnosis.sources):
        return f"{found}; whether {'it' if about else 'all'} is well could not be told."
    return f"{found}; a server could not be asked."


def first_lines(lines: list[str], most: int, rest: str) -> list[str]:
    """Return the first lines, and of how many `rest` they are not all: `and 3 more`."""
    left = len(lines) - most
    return [*lines[:most], f"and {left} {rest}"] if left > 0 else lines


def _new(diagnosis: Diagnosis) -> str:
    return "new " if diagnosis.compared else ""


def _beyond(diagnosis: Diagnosis) -> str:
    hidden = any(one.why is Why.IGNORED for one in diagnosis.set_aside)
    return " beyond what is ignored" if hidden else ""


def aside_rows(diagnosis: Diagnosis) -> list[tuple[str, int, str]]:
    """Return what is ignored, known and gone: each with how many there are, and the first ones."""
    where = several_clusters(diagnosis)
    found: list[tuple[str, int, str]] = []
    for why in Why:
        some = [_aside(one, where=where) for one in diagnosis.set_aside if one.why is why]
        if some:
            found.append((why.value, len(some), few(some, _MOST_NAMED)))
    return found


def several_clusters(diagnosis: Diagnosis) -> bool:
    """Tell whether more than one cluster was asked, so that each thing needs its cluster."""
    return len({one.cluster for one in diagnosis.sources if one.cluster}) > 1


def _aside(one: SetAside, *, where: bool) -> str:
    until = f" ({one.owner}, until {one.expires})" if one.why is Why.IGNORED else ""
    return f"{f'{one.cluster}: ' * where}{named(one.code, one.subject)}{until}"


def about_line(about: About) -> str:
    """Return how the object does that was asked about."""
    well = {True: "well", False: "not well", None: "unknown"}[about.well]
    return f"{about.ref}: {well}" + (f", {about.state}" if about.state else "")


def checked_line(source: Source) -> str:
    """Return what a server that answered has read; of many kinds, those with most objects."""
    where = f"cluster {source.cluster}: " if source.cluster else ""
    kinds = list(source.checked.items())
    if len(kinds) > _MOST_KINDS + 1:
        kinds = sorted(kinds, key=lambda one: (-one[1], one[0]))[:_MOST_KINDS]
    counts = [f"{count} {kind}" for kind, count in kinds]
    left = len(source.checked) - len(kinds)
    more = f", and {left} more kinds" if left else ""
    return f"{where}{', '.join(counts) or 'nothing'}{more}"


def checked_lines(diagnosis: Diagnosis) -> list[str]:
    """Return what each server has read, and which clusters are one, or might be.

    Of more than a few clusters, how much was read in all.
    """
    taken: dict[str, list[str]] = {}
    for cluster, other in diagnosis.taken_for.items():
        taken.setdefault(other, []).append(cluster)
    same = [
        f"{few(names)}: not asked, taken for {other}: of one uid, at one address"
        for other, names in taken.items()
    ]
    alike = [
        f"{few(names)}: of one uid, each asked: copies, or one cluster at several addresses"
        for names in diagnosis.same_uid
    ]
    return [*_read_lines(diagnosis.sources), *same, *alike]


def _read_lines(sources: Sequence[Source]) -> list[str]:
    answered = [one for one in sources if one.answered]
    clusters = {one.cluster for one in answered}
    if len(clusters) <= _MOST_CLUSTERS:
        return [checked_line(one) for one in answered]
    objects = sum(count for one in answered for count in one.checked.values())
    return [f"{len(clusters)} clusters: {counted(objects, 'object')}, by kind with -o json"]


def all_gap_lines(sources: Sequence[Source]) -> list[str]:
    """Return what could not be read, once; of several clusters, where."""
    several = len({one.cluster for one in sources}) > 1
    where: dict[str, list[str]] = {}
    for one in sources:
        for gap in one.gaps:
            named = several and one.cluster and gap.what != f"cluster {one.cluster}"
            at = f"{one.cluster}: " if named else ""
            where.setdefault(at, []).append(f"{gap.what}: {gap.reason}")
    return [f"{at}{line}" for at, lines in where.items() for line in folded(lines)]


def folded(lines: Iterable[str]) -> list[str]:
    """Return what could not be checked, each with its reason after a colon: each reason once."""
    reasons: dict[str, dict[str, None]] = {}
    for line in lines:
        what, colon, why = line.partition(": ")
        reasons.setdefault(f"{colon}{why}", {})[what] = None
    return [f"{', '.join(what)}{why}" for why, what in reasons.items()]


def symptom_line(symptom: Symptom) -> str:
    """Return a symptom with its code; its cluster only where that is not its cause's."""
    where = f"{symptom.cluster}: " if symptom.cluster else ""
    return f"{where}{symptom.subject} {symptom.code}: {symptom.title}"


class Shows(Protocol):
    """A root cause, as a diagnosis or another document has it, with the objects that show it."""

    @property
    def subject(self) -> Ref:
        """What it is about."""
        ...

    @property
    def members(self) -> tuple[Ref, ...]:
        """Objects that show it."""
        ...

    @property
    def more_members(self) -> int:
        """Objects that show it as well, left out."""
        ...


def seen_on(root: Shows, most: int) -> tuple[list[str], int]:
    """Return the first objects that show a root cause, and how many more do; none beside itself."""
    if set(root.members) <= {root.subject} and not root.more_members:
        return [], 0
    shown = [str(one) for one in root.members[:most]]
    return shown, len(root.members) - len(shown) + root.more_members


def seen_line(root: RootCause) -> str:
    """Return what shows a root cause beside itself in a line: the first ones, the rest counted."""
    shown, left = seen_on(root, _MOST_NAMED)
    more = f" and {left} more" if left else ""
    return f"{', '.join(shown)}{more}"


def since(root: RootCause) -> str:
    """Return since when it is there, to follow another word, or ""."""
    return f", since {root.since:%Y-%m-%d %H:%M:%S} UTC" if root.since else ""


def steps(root: RootCause) -> list[str]:
    """Return what to do now: what would repair it, where that is known, then what to type."""
    return [step for step in (root.next.fix, root.next.shell, root.next.command) if step]


def reasons(root: RootCause, among: Iterable[Symptom]) -> list[str]:
    """Return why some symptoms follow from their causes, each reason once."""
    names = {link_name(one) for one in among}
    return list(dict.fromkeys(link.because for link in order(root).links if link.effect in names))


def deepest_line(root: RootCause) -> str:
    """Return what to know of a cause below which something could not be read."""
    unread = few(root.unread, _MOST_NAMED) or "what is below"
    return f"the deepest visible cause: {unread} could not be read"
