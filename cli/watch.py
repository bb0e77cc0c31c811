"""`clusterwright diagnose --watch`: one line for each root cause that comes, goes or gets worse."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import click

from clusterwright.agents.diagnose.diagnosis import Diagnosis, named
from clusterwright.agents.diagnose.watch import Change, What, watch
from clusterwright.agents.report.reach import new_line
from clusterwright.tools.excerpt import counted, few, one_line
from clusterwright.tools.finding import Severity
from clusterwright.tools.neutral import neutral

_COLOURS = {What.NEW: "red", What.WORSE: "red", What.GONE: "green", What.FOLDED: "cyan"}


async def follow(
    look: Callable[[], Awaitable[Diagnosis]], *, seconds: float, as_json: bool
) -> None:
    """Print what changes until the process is ended; JSON is one object a line."""
    blind, first = "", True
    async for diagnosis, found in watch(look, seconds=seconds):
        now = datetime.now(UTC)
        for one in found:
            click.echo(as_record(one, now) if as_json else as_line(one, now))
        if not as_json and first:
            click.echo(f"{_clock(now)}  {_first(diagnosis)}; Ctrl-C ends", err=True)
        if (unseen := _unseen(diagnosis)) != blind:
            blind = unseen
            click.echo(f"{_clock(now)}  {unseen or 'all can be checked again'}", err=True)
        first = False


def as_line(change: Change, now: datetime) -> str:
    """Return a change for a person: time, what, how bad, where, why."""
    root = change.root
    severity = "" if root.severity is Severity.INFO else f"{root.severity.upper()} "
    said = f"{severity}{named(root.code, root.subject)}: {root.title}"
    if root.grown_by:
        said += f"; new: {new_line(root)}"
    if change.under:
        said += f"; explained by {named(change.under.code, change.under.subject)}"
    what = click.style(f"{change.what:<6}", fg=_COLOURS[change.what])
    return f"{_clock(now)}  {what}  {one_line(neutral(said), 600)}"


def as_record(change: Change, now: datetime) -> str:
    """Return a change as a JSON object of the schema `clusterwright.change/v1`."""
    root = change.root.model_dump(mode="json", by_alias=True)
    record = {"schema": "clusterwright.change/v1", "at": now.isoformat(), "what": change.what}
    under = {"explained_by": change.under.id} if change.under else {}
    return json.dumps({**record, **under, "root_cause": root}, ensure_ascii=False)


def _unseen(diagnosis: Diagnosis) -> str:
    """Return what could not be looked at; empty if all could."""
    silent = (one for one in diagnosis.sources if not one.answered)
    names = sorted(
        {f"{one.server} of {one.cluster}" if one.cluster else one.server for one in silent}
    )
    if names:
        return f"not all could be checked: {few(names, 4)} did not answer"
    if diagnosis.about and not diagnosis.sources:
        return f"{diagnosis.about.ref} does not exist"
    return ""


def _first(diagnosis: Diagnosis) -> str:
    return f"watching; {counted(len(diagnosis.root_causes), 'root cause')} now"


def _clock(now: datetime) -> str:
    return f"{now:%H:%M:%S}"
