"""The options of `clusterwright diagnose` that name several clusters."""

from collections.abc import Sequence
from pathlib import Path

from clusterwright.tools.errors import InvalidInputError


def fleet(
    contexts: Sequence[str], kubeconfig: Path | None, *, everywhere: bool, workloads: bool
) -> tuple[str | None, ...]:
    """Return the clusters of which one answer is wanted; none where that is one cluster alone.

    Raises InvalidInputError for options that contradict each other, NotFoundError where there is
    no kubeconfig to look into.
    """
    if everywhere and contexts:
        raise InvalidInputError(
            "--all-contexts and --context ask for different things",
            hint="name contexts, each with --context, or ask for all",
        )
    if everywhere:
        from clusterwright.tools.kubernetes.client.credentials import context_names

        return tuple(context_names(kubeconfig))
    if len(contexts) > 1 or workloads:
        return tuple(contexts) or (None,)
    return ()
