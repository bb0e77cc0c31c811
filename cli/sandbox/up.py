"""`clusterwright sandbox up`: start a sandbox."""

import sys
import time

import click

from clusterwright.deploy.sandbox import runs, up
from clusterwright.deploy.sandbox.parts.progress import duration, report_to
from clusterwright.tools.errors import ToolError


@click.command(name="up")
@click.argument("name", default="default")
@click.option("--node/--no-node", default=True, help="Have a node that really runs containers.")
@click.option("--capi", is_flag=True, help="Run Cluster API, with workload clusters that are real.")
@click.option("--prometheus", is_flag=True, help="Monitor it: Prometheus, Alertmanager, metrics.")
@click.option("--gpu", is_flag=True, help="Have simulated GPU nodes, and the GPU operators.")
def command(*, name: str, node: bool, capi: bool, prometheus: bool, gpu: bool) -> None:
    """Start the sandbox NAME, or say that it runs.

    As root on Linux it gets namespaces of its own and a real node; otherwise the control plane
    and simulated nodes run on loopback.
    """
    started = time.monotonic()
    try:
        ran = runs(name)
        with report_to(sys.stderr) as report:
            instance = up(
                name,
                real_node=node,
                cluster_api=capi,
                prometheus=prometheus,
                gpu=gpu,
                report=report,
            )
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error
    node_state = (
        "real node" if instance.has_node else f"no real node: {instance.record.why_no_node}"
    )
    took = duration(time.monotonic() - started)
    click.echo(f"sandbox {name} {'already runs' if ran else f'is up after {took}'} ({node_state})")
    if instance.has_prometheus:
        click.echo(f"Prometheus at {instance.prometheus_url}")
        click.echo(f"Alertmanager at {instance.alertmanager_url}")
    click.echo(f"export KUBECONFIG={instance.kubeconfig}")
