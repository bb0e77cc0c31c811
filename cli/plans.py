"""`clusterwright plans`: what was planned and what became of it, unfinished ones first."""

import click

from clusterwright.tools.answer import columns
from clusterwright.tools.change import State
from clusterwright.tools.errors import ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.question import told
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.plan_store import Kept

_WHOLE = 100_000
_MOST = 50


@click.command(name="plans")
@click.argument("plan", required=False)
def command(*, plan: str | None) -> None:
    """List plans, or show one PLAN whole: its diff, its risk, and how far its apply came."""
    authority = Authority()
    try:
        if plan is not None:
            _show(authority, plan)
            return
        interrupted = {one.plan.id for one in authority.store.interrupted()}
        found = sorted(authority.store.all(), key=lambda one: one.plan.id not in interrupted)
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error
    if not found:
        click.echo("No plans.")
        return
    header = ("PLAN", "MADE", "STATE", "RISK", "CLUSTER", "WHAT")
    click.echo(columns(header, [_row(one, interrupted) for one in found[:_MOST]]))
    for one in sorted(interrupted):
        click.echo(
            f"\n{one} was cut short: clusterwright apply {one} --finish, or --undo, goes on from"
            " where its journal ends"
        )


def _row(kept: Kept, interrupted: set[str]) -> tuple[str, ...]:
    plan = kept.plan
    state = "CUT SHORT" if plan.id in interrupted else kept.state
    said = "; ".join(step.say for step in plan.steps)
    what = one_line(said or "nothing is written; it waits for proofs", 100)
    made = f"{plan.made:%m-%d %H:%M}Z"
    return (plan.id, made, str(state), str(plan.risk), one_line(plan.cluster, 40), what)


def _show(authority: Authority, plan: str) -> None:
    kept = authority.store.get(plan)
    one = kept.plan
    click.echo(f"{one.id} is {kept.state}. Cluster {one.cluster}, risk {one.risk}:")
    click.echo(f"{'; '.join(one.reasons)}.")
    for line in told(one, longest=_WHOLE):
        click.echo(line)
    for entry in authority.store.journal(plan):
        click.echo(f"journal: step {entry['step']} {entry['what']}: {one_line(str(entry['say']))}")
    if kept.state is State.APPLYING:
        click.echo("It is being applied, or was when its process ended.")
