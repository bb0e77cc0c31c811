"""The options of `clusterwright diagnose` that name several clusters."""

from collections.abc import Sequence
from pathlib import Path

from clusterwright.agents.diagnose.address import Addresses, address_of
from clusterwright.agents.diagnose.next_step import WORKLOAD_CLUSTER
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


def addresses(clusters: Sequence[str | None], kubeconfig: Path | None) -> Addresses:
    """Return where a kubeconfig leads, for those clusters of a fleet of which it says so."""
    if not clusters:
        return {}
    from clusterwright.tools.kubernetes.client.credentials import cluster_entries

    entries = cluster_entries(kubeconfig)
    names = [one for one in clusters if not (one or "").startswith(WORKLOAD_CLUSTER)]
    found = {one: address_of(entries.get(one or "", {})) for one in names}
    return {one: address for one, address in found.items() if address}
