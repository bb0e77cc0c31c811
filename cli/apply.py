"""`clusterwright apply PLAN`: carry out a plan that somebody, or a model, has made."""

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import anyio
import click

from clusterwright.agents.hub import Hub, connect, text_of
from clusterwright.cli.authority import authority_of
from clusterwright.cli.consent import at_terminal
from clusterwright.cli.guidance import Commands
from clusterwright.tools.errors import ToolError
from clusterwright.tools.trust.risk import Access

_SECONDS = 90_000.0
"""More than the policy lets any proof take: machines come when they come."""
_SERVER = "changes"
_TOOLS = {
    "kubernetes": "k8s",
    "cluster_api": "capi",
    "helm": "helm",
    "prometheus": "prom",
    "gpu": "gpu",
}
"""How the names of a domain's tools start."""
_PATH = click.Path(path_type=Path)


@click.command(name="apply")
@click.argument("plan")
@click.option("--undo", is_flag=True, help="Go back: plan the inverse of a plan that was applied.")
@click.option("--finish", is_flag=True, help="Go on with a plan whose apply was cut short.")
@click.option("--kubeconfig", type=_PATH, help="Default: $KUBECONFIG, else ~/.kube/config.")
@click.option("--approve", type=_PATH, metavar="POLICY", help="A policy file; default: ask.")
def command(
    *, plan: str, undo: bool, finish: bool, kubeconfig: Path | None, approve: Path | None
) -> None:
    """Carry out a PLAN once you have approved it, and prove that it worked.

    Exit status: 0 applied and proven, 1 not.
    """
    if undo and finish:
        raise click.UsageError("either --undo or --finish")
    earlier = "undo" if undo else "finish" if finish else ""
    try:
        status = anyio.run(_apply, plan, earlier, kubeconfig, approve)
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error
    sys.exit(status)


async def _apply(plan: str, earlier: str, kubeconfig: Path | None, approve: Path | None) -> int:
    authority = authority_of(Access.WRITE, approve, Commands(kubeconfig))
    kept = authority.store.get(plan).plan
    if kept.domain not in _TOOLS:
        raise click.ClickException(f"plan {plan} is one of {kept.domain}, which is not known here")
    module, prefix = import_module(f"clusterwright.servers.{kept.domain}"), _TOOLS[kept.domain]
    server = module.create_server(kubeconfig=kubeconfig, authority=authority)
    async with connect({_SERVER: server}, on_question=at_terminal()) as hub:
        if earlier:
            changes = [{"kind": earlier, "plan": plan}]
            asked = {"changes": changes, "cluster": kept.cluster}
            made = await _call(hub, f"{prefix}_plan_change", asked)
            plan = str(made.get("plan_id") or "")
            if not plan:
                return 0
        found = await _call(hub, f"{prefix}_apply_change", {"plan_id": plan})
        return 0 if found.get("state") == "applied" else 1


async def _call(hub: Hub, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    result = await hub.result(_SERVER, tool, arguments, seconds=_SECONDS, tell=_tell)
    click.echo(text_of(result))
    return result.structured_content or {}


def _tell(said: str) -> None:
    click.echo(f"  ... {said}", err=True)
