"""`clusterwright audit`: who planned, approved and changed what, and whether anybody touched it."""

import json
import sys

import click

from clusterwright.tools.errors import ToolError
from clusterwright.tools.excerpt import counted, one_line
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.audit import AuditLog
from clusterwright.tools.trust.authority import Authority

_OWN = frozenset({"seq", "at", "event", "prev", "mac", "plan", "who"})


@click.group(name="audit", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Show or verify the audit of all changes."""


@command.command(name="show")
@click.option("--plan", help="Only lines about this plan.")
@click.option("--json", "as_json", is_flag=True, help="The lines as they are kept.")
def show(*, plan: str | None, as_json: bool) -> None:
    """Print the audit, oldest first."""
    log = _log()
    lines = [line for line in log.read() if plan is None or line.get("plan") == plan]
    for line in lines:
        click.echo(json.dumps(line) if as_json else _told(line))
    if not lines and not as_json:
        click.echo("No lines." if plan is None else f"No lines about {plan}.")
    if unread := log.unreadable():
        click.echo(
            f"{counted(unread, 'line')} cannot be read: clusterwright audit verify", err=True
        )


@command.command(name="verify")
def verify() -> None:
    """Check the chain; exit status 1 if a line was changed, moved, added or removed."""
    log = _log()
    found = log.verify()
    for one in found.broken:
        click.echo(one)
    verdict = "BROKEN" if found.broken else "intact"
    click.echo(f"{counted(found.lines, 'line')}, chain {verdict} ({log.path})")
    sys.exit(1 if found.broken else 0)


def _log() -> AuditLog:
    try:
        return Authority().audit
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error


def _told(line: Manifest) -> str:
    facts = {key: value for key, value in line.items() if key not in _OWN and value not in ("", [])}
    rest = "  ".join(f"{key}={_value(value)}" for key, value in facts.items())
    who = one_line(str(line.get("who", "")))
    return one_line(f"{line['at']}  {line['event']}  {line.get('plan', '')}  {who}  {rest}", 1_000)


def _value(value: object) -> str:
    return json.dumps(value) if isinstance(value, list | dict) else str(value)
