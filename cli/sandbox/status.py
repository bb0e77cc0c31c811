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
    try:
        found = [status(one) for one in ([name] if name else names())]
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error
    if output == "json":
        documents = [_document(one) for one in found]
        click.echo(orjson.dumps(documents, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo("\n\n".join(map(_text, found)) or "no sandbox; `clusterwright sandbox up`")
    sys.exit(0 if all(one.healthy for one in found) else 1)


def _document(one: Status) -> dict[str, object]:
    instance = one.instance
    return {
        **asdict(instance.record),
        "running": one.running,
        "healthy": one.healthy,
        "context": instance.context,
        "kubeconfig": str(instance.kubeconfig),
        "programs": [asdict(program) for program in one.programs],
    }


def _text(one: Status) -> str:
    record = one.instance.record
    node = "real node real-1" if one.instance.has_node else f"no real node: {record.why_no_node}"
    state = "healthy" if one.healthy else "running, not healthy" if one.running else "not running"
    head = f"{record.name}: {state}; Kubernetes {record.versions['kubernetes']}; {node}"
    rows = [(p.name, p.state, f"{p.resident_mib:.0f} MiB") for p in one.programs]
    return f"{head}\n{columns(('PROGRAM', 'STATE', 'MEMORY'), rows)}"
