"""Which hooks an operation runs, and what is left of earlier ones that would be in their way.

Helm runs hooks one after the other, by their weight; what they do is not foreseen by a plan.
"""

from collections.abc import Iterator

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.helm.changes.gist import gist
from clusterwright.tools.helm.changes.object_steps import MANAGER
from clusterwright.tools.helm.changes.outlook import Outlook
from clusterwright.tools.helm.hooks import Made
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.kubernetes.changes.step import Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.ref import Ref


def run_hooks(found: Outlook, events: tuple[str, ...]) -> Iterator[Step]:
    """Yield a step for each hook that an operation runs.

    Raises RefusedError for the object of an earlier run that would be in the way. One that is
    deleted first has no step, because no dry run can show it; `notes_on` tells it.
    """
    for made, one in _runs(found, events):
        if made.ref not in found.live:
            yield _hook_step(found, made, one)
        elif not made.replaced:
            raise _in_the_way(made.ref)


def notes_on(found: Outlook, events: tuple[str, ...]) -> tuple[str, ...]:
    """Return what to know of the hooks: what they do is theirs."""
    told = [f"{made.moment} {made.ref}" for made, _ in _runs(found, events)]
    return (f"runs hooks, whose doing no plan foresees: {', '.join(told)}",) if told else ()


def _runs(found: Outlook, events: tuple[str, ...]) -> list[tuple[Made, Object]]:
    """Return what the hooks make, in their order: every object of a hook that makes several."""
    own = [
        (Made(one.hook, one.ref), one)
        for one in found.hooks
        if one.hook is not None and not set(events).isdisjoint(one.hook.events)
    ]
    return sorted(own, key=lambda each: (_first(each[0], events), each[0].hook.weight))


def _first(made: Made, events: tuple[str, ...]) -> int:
    return min(place for place, event in enumerate(events) if event in made.hook.events)


def _hook_step(found: Outlook, made: Made, one: Object) -> Step:
    return Step(
        say=f"run hook {one.ref} ({made.moment})",
        write=Write(Verb.CREATE, one.ref, one.manifest, manager=MANAGER, strict=True),
        predicate=one.ref in found.unnamed,
        carried_by=found.ref,
        told=gist(one.manifest),
        random=found.random.get(one.ref, ()),
    )


def _in_the_way(ref: Ref) -> RefusedError:
    return RefusedError(
        f"hook {ref} is still there from an earlier run, and its delete policy does not replace it:"
        " Helm would fail on it [hook-leftover]",
        hint='take it away first with {"kind":"remove_hook"}, once you know what it was for',
    )
