"""Contexts that a person names: whether the kubeconfig has them, before anybody is asked."""

from collections.abc import Iterable
from pathlib import Path

from clusterwright.agents.diagnose.next_step import WORKLOAD_CLUSTER
from clusterwright.tools.errors import NotFoundError, ToolError


def check_contexts(names: Iterable[str], kubeconfig: Path | None) -> None:
    """Raise NotFoundError, naming those there are, for a context that there is not.

    Where no kubeconfig can be read, the servers say so; they may need none, as in a pod.
    """
    asked = [one for one in names if not one.startswith(WORKLOAD_CLUSTER)]
    if not asked:
        return
    from clusterwright.tools.kubernetes.client.credentials import context_names

    try:
        known = context_names(kubeconfig)
    except ToolError:
        return
    for one in asked:
        if one not in known:
            raise NotFoundError(
                f"there is no context {one[:80]!r}", hint=f"contexts: {', '.join(known) or 'none'}"
            )
