"""Repair root causes one after the other, and look again after each that was written to."""

from collections.abc import Awaitable, Callable, Sequence

from clusterwright.agents.diagnose.diagnosis import RootCause, place_of
from clusterwright.agents.remediate.fix import Fixer
from clusterwright.agents.remediate.found import Found
from clusterwright.agents.remediate.order import in_order
from clusterwright.agents.remediate.present import Present
from clusterwright.agents.remediate.repair import (
    Clock,
    Happened,
    Moment,
    Repair,
    Result,
    began,
    utc_now,
)

Look = Callable[[], Awaitable[Found]]


async def repair_all(
    fixer: Fixer,
    found: Found,
    roots: Sequence[RootCause],
    look: Look,
    tell: Callable[[Repair], None],
    now: Clock = utc_now,
    leave: Callable[[RootCause], bool] = lambda _: False,
) -> list[Repair]:
    """Repair roots in their order; stop where something stands that did not work.

    What went away by itself is told, and left alone; where that can not be told, since who told of
    it does not answer again, nothing more is tried. What is by then a symptom of another root is
    not repaired: its root is, unless that was tried already, or is one to `leave` as it is.
    """
    first, pending, repairs = found, in_order(roots), list[Repair]()
    then = present = Present(found)

    def end(repair: Repair) -> None:
        repairs.append(repair)
        tell(repair)

    while pending:
        root = pending.pop(0)
        current = present.again(root, then.twins(root))
        if current is None:
            end(_gone(root, repairs, now))
            continue
        if place_of(current) != place_of(root):
            tried = any(place_of(one.root) == place_of(current) for one in repairs)
            if tried or leave(current):
                end(_follows(root, current))
            else:
                own = [present.itself(one, then.twins(one)) for one in pending]
                others = [one for one, it in zip(pending, own, strict=True) if it is not current]
                pending = [current, *others, root]
            continue
        repair = await fixer.fix(found, current)
        end(repair)
        if repair.result is Result.FAILED:
            break
        if repair.result.touched:
            found = await look()
            present = Present(found)
            pending = in_order(pending)
            missing = [one for one in pending if present.again(one, then.twins(one)) is None]
            if unseen := _unseen(found, first, missing):
                for one in pending:
                    end(_not_tried(one, unseen))
                break
    return repairs


def _unseen(now: Found, before: Found, missing: Sequence[RootCause]) -> list[str]:
    """Return why of some roots that are not found now nobody knows whether they are gone."""
    why = (
        said
        for one in missing
        for said in now.unseen(before, {place_of(one)}, (one.subject, *one.members))
    )
    return list(dict.fromkeys(why))


def _gone(root: RootCause, before: Sequence[Repair], now: Clock) -> Repair:
    fixed = [one.root for one in before if one.result is Result.FIXED]
    after = f" after {fixed[-1].code} on {fixed[-1].subject} was repaired" if fixed else ""
    said = f"it is gone by itself{after}"
    moments = [*began(root), Moment(now(), Happened.GONE, said)]
    return Repair(root, Result.GONE, reasons=[said], moments=moments)


def _not_tried(root: RootCause, unseen: Sequence[str]) -> Repair:
    said = f"not all could be looked at again, so it was not tried: {'; '.join(unseen)}"
    return Repair(root, Result.NOT_TRIED, reasons=[said], moments=began(root))


def _follows(root: RootCause, cause: RootCause) -> Repair:
    said = f"it follows from {cause.code} on {cause.subject}, which is still there"
    return Repair(root, Result.NO_REMEDY, reasons=[said])
