"""`clusterwright sandbox incidents`: list incidents with their truth, or judge the diagnosis."""

import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import click
import orjson

from clusterwright.deploy.sandbox.incident.compose import Composed, compose
from clusterwright.deploy.sandbox.incident.generate import fresh
from clusterwright.deploy.sandbox.incident.load import load_incidents
from clusterwright.deploy.sandbox.incidents import INCIDENTS
from clusterwright.tools.answer import columns


@click.command(name="incidents")
@click.option("--only", metavar="GLOB", default="*", help="Names to choose, as 'two-*'.")
@click.option("--seed", type=int, default=1, show_default=True, help="What names are drawn from.")
@click.option(
    "--generated",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="So many made up from the seed, instead of the written ones.",
)
@click.option("-o", "output", type=click.Choice(["text", "json"]), default="text")
@click.option("--judge", "judged", is_flag=True, help="Break them in a sandbox, and diagnose.")
@click.option("--heal", is_flag=True, help="With --judge: heal the causes, see that all comes up.")
@click.option("--instance", default="incidents", show_default=True, help="Where to judge.")
def command(
    *, only: str, seed: int, generated: int, output: str, judged: bool, heal: bool, instance: str
) -> None:
    """List incidents: one or two faults of scenarios, and what hangs on them; or judge them.

    Names, namespaces, images and ports come from the seed, and with --generated the causes and
    layers do. Judging breaks each, diagnoses over all servers, and ends with exit status 0 only
    if each time a true cause comes first, all are told, and no symptom is told as a cause, nor
    under a cause that is not its own.
    """
    if heal and not judged:
        raise click.UsageError("--heal goes with --judge")
    if judged and output == "json":
        raise click.UsageError("-o json is of the list, without --judge")
    if generated and (only or "*") != "*":
        raise click.UsageError("--only chooses among the written ones, without --generated")
    chosen = fresh(seed, generated) if generated else choose(only, seed)
    if judged:
        from clusterwright.cli.judge.incident_show import judge_in  # brings in servers and agent

        sys.exit(0 if judge_in(instance, chosen, heal=heal) else 1)
    if output == "json":
        listed = [_document(one) for one in chosen]
        click.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
        return
    header = ("NAME", "LAYERS", "NEEDS", "IS", "TITLE", "TRUTH")
    click.echo(columns(header, [_row(one) for one in chosen]))


def choose(only: str, seed: int) -> Sequence[Composed]:
    """Return the written incidents whose name matches; refuse a pattern that matches none."""
    chosen = [one for one in load_incidents() if fnmatchcase(one.name, only or "*")]
    if not chosen:
        raise click.UsageError(f"no incident matches {only!r}; there are {', '.join(INCIDENTS)}")
    return [compose(one, seed) for one in chosen]


def _row(one: Composed) -> tuple[str, ...]:
    needs = ", ".join(sorted(one.needs - {"control-plane"}))
    simulated = any(x.card.simulated for x in one.scenes)
    said = ", ".join(f"{x.code} on {x.subject}" for x in one.truth)
    layers = str(len(one.incident.layers))
    kind = "simulated in part" if simulated else "real"
    return (one.name, layers, needs, kind, one.incident.title, said)


def _document(one: Composed) -> dict[str, Any]:
    return {
        **one.incident.model_dump(mode="json", exclude={"healthy"}),
        "seed": one.seed,
        "namespaces": [x.namespace for x in one.scenes],
        "simulated": [x.card.simulated for x in one.scenes if x.card.simulated],
        "louder_than_cause": one.louder,
        "truth": [x.model_dump(mode="json") for x in one.truth],
    }
