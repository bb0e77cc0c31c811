"""How findings hang on a root cause: which links tell it, in which order, and the way to each.

Rules explain a finding by every cause that they reach, near or far. Told is each step once: a link
is left out where a longer way leads from its cause to its effect as well.
"""

from collections import defaultdict, deque
from dataclasses import dataclass

from clusterwright.agents.diagnose.diagnosis import Link, RootCause, link_name


@dataclass(frozen=True, slots=True)
class Order:
    """The links of a root cause in causal order."""

    links: tuple[Link, ...]
    """Those that tell something, in the order of the diagnosis."""
    depths: dict[str, int]
    """Of each finding, by name: how many links the longest way to it has."""


def order(root: RootCause) -> Order:
    """Return the links that are worth telling, and how deep each finding lies below the root."""
    links = [link for link in root.links if link.cause != link.effect]
    causes_first, back = _causes_first(link_name(root), links)
    forward = [link for link in links if (link.cause, link.effect) not in back]
    effects: defaultdict[str, list[str]] = defaultdict(list)
    for link in forward:
        effects[link.cause].append(link.effect)
    bits = {one: 1 << i for i, one in enumerate(causes_first)}
    below = _below(causes_first, effects, bits)
    told = [
        link
        for link in links
        if (link.cause, link.effect) in back or not below[link.cause] & bits[link.effect]
    ]
    depths = dict.fromkeys(causes_first, 0)
    for cause in causes_first:
        for effect in effects[cause]:
            depths[effect] = max(depths[effect], depths[cause] + 1)
    return Order(tuple(told), depths)


def chains(root: RootCause) -> dict[str, tuple[Link, ...]]:
    """Return, for each finding that links join to the root, the links from the root to it.

    Nearest first, by name; the root's own chain is empty. Circles are followed once.
    """
    effects: defaultdict[str, list[Link]] = defaultdict(list)
    for link in order(root).links:
        effects[link.cause].append(link)
    found: dict[str, tuple[Link, ...]] = {link_name(root): ()}
    queue = deque(found)
    while queue:
        cause = queue.popleft()
        for link in effects[cause]:
            if link.effect not in found:
                found[link.effect] = (*found[cause], link)
                queue.append(link.effect)
    return found


def _causes_first(root: str, links: list[Link]) -> tuple[list[str], set[tuple[str, str]]]:
    """Return findings so that causes precede effects, and the links that go against it.

    A walk from the root, depth first; a link back to a finding that is still being walked closes
    a circle.
    """
    effects: dict[str, list[str]] = {root: []}
    for link in links:
        effects.setdefault(link.cause, []).append(link.effect)
        effects.setdefault(link.effect, [])
    left: list[str] = []
    seen: set[str] = set()
    back: set[tuple[str, str]] = set()
    for start, first in effects.items():
        if start in seen:
            continue
        seen.add(start)
        walked = {start: iter(first)}
        while walked:
            cause = next(reversed(walked))
            effect = next(walked[cause], None)
            if effect is None:
                del walked[cause]
                left.append(cause)
            elif effect in walked:
                back.add((cause, effect))
            elif effect not in seen:
                seen.add(effect)
                walked[effect] = iter(effects[effect])
    return left[::-1], back


def _below(
    causes_first: list[str], effects: defaultdict[str, list[str]], bits: dict[str, int]
) -> dict[str, int]:
    """Return, for each finding, what lies below its direct effects, as a set of bits."""
    direct: dict[str, int] = {}
    below: dict[str, int] = {}
    for cause in reversed(causes_first):
        direct[cause] = below[cause] = 0
        for effect in effects[cause]:
            direct[cause] |= bits[effect]
            below[cause] |= direct[effect] | below[effect]
    return below
