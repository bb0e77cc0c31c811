"""Compare a tree of `capi_describe_cluster` with the drawing of `clusterctl`."""

from collections.abc import Iterator, Sequence

from clusterwright.tools.cluster_api.tree import Branch
from tests.tools.cluster_api.clusterctl import Drawn


def differences(tree: Branch, drawn: Sequence[Drawn]) -> list[str]:
    """Return a line for each branch that says something else, or that only one of them has."""
    known = {(one.kind, one.namespace, one.name): one for one in drawn}
    found: list[str] = []
    for branch in _all(tree):
        ref = branch.ref
        line = known.get((ref.kind, ref.namespace, ref.name))
        if line is None and branch.role == "pool" and not branch.children:
            continue  # drawn only if any pool has a machine (client/tree/discovery.go)
        if line is None:
            found.append(f"{ref} is not drawn")
        elif (branch.status, branch.reason) != (line.status, line.reason):
            ours, theirs = f"{branch.status} {branch.reason}", f"{line.status} {line.reason}"
            found.append(f"{ref}: {ours} here, {theirs} drawn")
    ours = sum(one.members for one in _all(tree) if one.role == "machine") + _left_out(tree)
    theirs = sum(1 for one in drawn if one.kind == "Machine")
    if ours != theirs:
        found.append(f"{ours} machines here, {theirs} drawn")
    return found


def _all(tree: Branch) -> Iterator[Branch]:
    yield tree
    for one in tree.children:
        yield from _all(one)


def _left_out(tree: Branch) -> int:
    return sum(one.more for one in _all(tree))
