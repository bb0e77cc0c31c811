"""How each finding below a root cause hangs on it: the shortest chain of links to it."""

from collections import defaultdict, deque

from clusterwright.agents.diagnose.diagnosis import Link, RootCause, Symptom


def name(one: RootCause | Symptom) -> str:
    """Return a finding as links name it."""
    return f"{one.code} on {one.subject}"


def chains(root: RootCause) -> dict[str, tuple[Link, ...]]:
    """Return, for each finding that links join to the root, the links from the root to it.

    Nearest first, by name; the root's own chain is empty. Circles are followed once.
    """
    effects: defaultdict[str, list[Link]] = defaultdict(list)
    for link in root.links:
        effects[link.cause].append(link)
    found: dict[str, tuple[Link, ...]] = {name(root): ()}
    queue = deque(found)
    while queue:
        cause = queue.popleft()
        for link in effects[cause]:
            if link.effect not in found:
                found[link.effect] = (*found[cause], link)
                queue.append(link.effect)
    return found
