"""`clusterwright approve PLAN`: look at a plan and sign it, where a client cannot ask a person."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from clusterwright.tools.errors import ToolError
from clusterwright.tools.kubernetes.changes.question import told
from clusterwright.tools.trust.approval import sign
from clusterwright.tools.trust.approver_key import create, load, public_pem
from clusterwright.tools.trust.authority import Authority, actor
from clusterwright.tools.trust.places import CONFIG, config_dir, made
from clusterwright.tools.trust.private_file import create_private

_MINUTES = 30
_WHOLE = 100_000


@click.command(name="approve")
@click.argument("plan", required=False)
@click.option(
    "--key",
    type=click.Path(path_type=Path),
    help="Your private key; default: approver.pem in the folder of settings.",
)
@click.option("--new-key", is_flag=True, help="Make a key pair, protected by a passphrase.")
@click.option(
    "--minutes",
    type=click.IntRange(1, 24 * 60),
    default=_MINUTES,
    show_default=True,
    help="How long the approval holds.",
)
def command(*, plan: str | None, key: Path | None, new_key: bool, minutes: int) -> None:
    """Show a PLAN and, if you agree, sign it; a server then applies it once, as it was shown.

    The signature covers what the plan does, on which cluster, and an expiry.
    """
    path = key or config_dir() / "approver.pem"
    if new_key and plan is not None:
        raise click.UsageError("either --new-key or a plan")
    try:
        if new_key:
            _new_key(path)
        elif plan is None:
            raise click.UsageError("name a plan, as in clusterwright approve p-1a2b3c4d5e6f")
        else:
            _approve(plan, path, minutes)
    except ToolError as error:
        raise click.ClickException(f"{error}\n  {error.hint}".rstrip()) from error


def _new_key(path: Path) -> None:
    folder = made(made(config_dir(), CONFIG) / "approvers", CONFIG)
    if not path.parent.is_dir():
        raise click.UsageError(f"there is no folder {str(path.parent)!r}")
    passphrase = click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
    public = create(path, str(passphrase).encode())
    pub = folder / f"{actor()}-{path.stem}.pub"
    create_private(pub, public_pem(public))
    click.echo(f"private key: {path}\npublic key, trusted by servers of this user: {pub}")


def _approve(plan: str, path: Path, minutes: int) -> None:
    authority = Authority()
    kept = authority.store.get(plan)
    one = kept.plan
    click.echo(f"Cluster {one.cluster}, risk {one.risk}: {'; '.join(one.reasons)}.", err=True)
    for line in told(one, longest=_WHOLE):
        click.echo(line, err=True)
    now = datetime.now(UTC)
    if now > one.expires:
        raise click.ClickException("the plan has expired; have it made again")
    if kept.state != "planned":
        raise click.ClickException(f"the plan is {kept.state} already; a plan acts at most once")
    if not click.confirm("Approve it?", default=False, err=True):
        raise click.ClickException("not approved; nothing was changed")
    passphrase = click.prompt("Passphrase", hide_input=True, err=True)
    approval = sign(
        load(path, str(passphrase).encode()),
        plan=one.id,
        digest=one.digest,
        cluster=one.identity,
        approver=actor(),
        lifetime=timedelta(minutes=minutes),
        now=now,
    )
    authority.store.approve(approval)
    authority.audit.append(
        "approved",
        plan=one.id,
        who=approval.approver,
        key=approval.key,
        digest=one.digest,
        not_after=approval.not_after.isoformat(),
    )
    click.echo(f"approved until {approval.not_after:%H:%M:%SZ}; now the plan may be applied")
