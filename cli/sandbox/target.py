"""Which sandbox a command means; never the user's own cluster, not even by accident."""

import click

from clusterwright.deploy.sandbox.runtime.errors import NoSuchInstanceError
from clusterwright.deploy.sandbox.runtime.instance import find
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster

instance_option = click.option(
    "--instance", default="default", show_default=True, metavar="NAME", help="The sandbox."
)


def cluster_of(name: str) -> Cluster:
    """Return the running sandbox of that name, ready for scenarios."""
    instance = find(name)
    if not instance.running:
        raise NoSuchInstanceError(
            f"the sandbox {name!r} does not run any more",
            hint=f"clusterwright sandbox up {name} starts it again",
        )
    return connect(instance.kubeconfig, instance.registry_url or None)
