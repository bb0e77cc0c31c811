"""A plan told to whoever is to approve it: cluster, objects, diff, risk, proofs, the way back.

All of it comes from the stored plan, which its digest and its seal cover, so that the question is
the same whenever it is asked. Text that came from the cluster is neutral, and cannot end a line.
"""

from collections.abc import Iterator

from clusterwright.tools.change import DryRun, FieldChange, Plan, PlanStep
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.neutral import neutral
from clusterwright.tools.quotation import word

_LONGEST_VALUE = 700
_LONGEST = 8_000
_SHORT = 100


def question(plan: Plan) -> str:
    """Return what is asked of a person, who answers yes or no."""
    cluster = word(one_line(plan.cluster))
    lines = [
        f"Change cluster {cluster}? Risk {plan.risk}: {one_line('; '.join(plan.reasons), 1_000)}."
    ]
    text, end = "\n".join([*lines, *_steps(plan, _LONGEST_VALUE)]), "\n".join(_end(plan))
    room = _LONGEST - len(end)
    if len(text) > room:
        left = len(text) - room
        text = f"{text[:room]}\n[{left} characters NOT SHOWN; see: clusterwright plans {plan.id}]"
    return f"{text}\n{end}"


def told(plan: Plan, *, longest: int = _LONGEST_VALUE) -> Iterator[str]:
    """Yield the lines that tell what a plan does."""
    yield from _steps(plan, longest)
    yield from _end(plan)


def _steps(plan: Plan, longest: int) -> Iterator[str]:
    for number, step in enumerate(plan.steps, 1):
        yield f"{number}. {one_line(step.say)}{_outcome(step)}"
        for one in step.diff:
            yield from (f"   {line}" for line in _field(one, longest))
        for note in step.notes:
            yield f"   note: {one_line(note)}"


def _end(plan: Plan) -> Iterator[str]:
    """Yield what is never left out, however much a plan writes: proof, way back, identity."""
    yield f"Proof of success: {one_line('; '.join(plan.proofs), 1_000)}."
    yield f"Undo: {one_line(plan.undo, 1_000)}."
    yield f"Plan {plan.id}, digest {plan.digest}, expires {plan.expires:%Y-%m-%d %H:%M:%SZ}."


def _outcome(step: PlanStep) -> str:
    return "" if step.dry_run is DryRun.PASSED else f" (dry run: {step.dry_run})"


def _field(change: FieldChange, longest: int) -> Iterator[str]:
    path = one_line(change.path, 400)
    before, after = _cut(change.before, longest), _cut(change.after, longest)
    both = before is not None and after is not None
    if both and len(f"{before}{after}") < _SHORT and "\n" not in f"{before}{after}":
        yield f"{path}: {before} -> {after}"
        return
    for sign, value in (("-", before), ("+", after)):
        if value is None:
            continue
        first, *rest = value.split("\n")
        yield f"{sign} {path}: {first}" if not rest else f"{sign} {path}:"
        if rest:
            yield from (f"{sign}   {line}" for line in (first, *rest))


def _cut(value: str | None, longest: int) -> str | None:
    """Return a value, the middle of a long one left out, and said so: nothing hides there."""
    if value is None:
        return None
    safe = neutral(value)
    if len(safe) <= longest:
        return safe
    half = longest // 2
    left = len(safe) - 2 * half
    return f"{safe[:half]}\n[{left} characters NOT SHOWN]\n{safe[-half:]}"
