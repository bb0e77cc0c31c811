"""`clusterwright sandbox status`: what runs, and how it is."""

import sys
from dataclasses import asdict

import click
import orjson

from clusterwright.deploy.sandbox import Status, names, status
from clusterwright.tools.answer import columns
from clusterwright.tools.errors import ToolError


@click.command(name="status")
@click.argument("name", required=False)
@click.option("-o", "output", type=click.Choice(["text", "json"]), default="text")
def command(*, name: str | None, output: str) -> None:
    """Show the sandbox NAME, or all; exit status 1 if something does not run that should."""
    found = {one: _look(one) for one in ([name] if name else names())}
    if name and isinstance(error := found[name], ToolError):
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip())
    if output == "json":
        documents = [_document(one, status) for one, status in found.items()]
        click.echo(orjson.dumps(documents, option=orjson.OPT_INDENT_2).decode())
    else:
        texts = [_text(one, status) for one, status in found.items()]
        click.echo("\n\n".join(texts) or "no sandbox; `clusterwright sandbox up`")
    healthy = all(isinstance(one, Status) and one.healthy for one in found.values())
    sys.exit(0 if healthy else 1)


def _look(name: str) -> Status | ToolError:
    """Return how a sandbox is, or why nobody knows: one that is starting must not hide others."""
    try:
        return status(name)
    except ToolError as error:
        return error


def _document(name: str, one: Status | ToolError) -> dict[str, object]:
    if isinstance(one, ToolError):
        return {"name": name, "running": False, "healthy": False, "error": str(one)}
    instance = one.instance
    return {
        **asdict(instance.record),
        "running": one.running,
        "healthy": one.healthy,
        "context": instance.context,
        "kubeconfig": str(instance.kubeconfig),
        "programs": [asdict(program) for program in one.programs],
    }


def _text(name: str, one: Status | ToolError) -> str:
    if isinstance(one, ToolError):
        return f"{name}: {one}\n  {one.hint}"
    record = one.instance.record
    node = "real node real-1" if one.instance.has_node else f"no real node: {record.why_no_node}"
    state = "healthy" if one.healthy else "running, not healthy" if one.running else "not running"
    head = f"{record.name}: {state}; Kubernetes {record.versions['kubernetes']}; {node}"
    rows = [(p.name, p.state, f"{p.resident_mib:.0f} MiB") for p in one.programs]
    return f"{head}\n{columns(('PROGRAM', 'STATE', 'MEMORY'), rows)}"
