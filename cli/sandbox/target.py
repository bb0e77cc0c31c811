"""Which sandbox a command means; never the user's own cluster, not even by accident."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster

_Command = TypeVar("_Command", bound=Callable[..., object])


@dataclass(frozen=True)
class Target:
    """What the options say."""

    kubeconfig: Path | None
    registry: str | None

    def cluster(self) -> Cluster:
        """Return the sandbox, ready for scenarios."""
        if self.kubeconfig is None:
            # $KUBECONFIG is not looked at: it may well be a cluster that somebody needs.
            raise click.UsageError("say which sandbox to break: --kubeconfig FILE of a sandbox")
        return connect(self.kubeconfig, self.registry)


def target_options(command: _Command) -> _Command:
    """Add the options that `Target` is made of."""
    registry = click.option(
        "--registry", metavar="URL", help="Where the sandbox's own registry can be reached."
    )
    kubeconfig = click.option(
        "--kubeconfig",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Of a sandbox; never that of a cluster which somebody needs.",
    )
    return kubeconfig(registry(command))
