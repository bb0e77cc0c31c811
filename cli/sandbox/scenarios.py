"""`clusterwright sandbox scenarios`: list the faults and traps with their truth, or judge them."""

import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import click
import orjson

from clusterwright.deploy.sandbox.scenario.card import DOMAINS, Domain
from clusterwright.deploy.sandbox.scenario.load import load_all
from clusterwright.deploy.sandbox.scenario.model import Scenario
from clusterwright.deploy.sandbox.scenarios import SCENARIOS
from clusterwright.tools.answer import columns


@click.command(name="scenarios")
@click.option("--only", metavar="GLOB", default="*", help="Names to choose, as 'missing-*'.")
@click.option("--domain", type=click.Choice(DOMAINS), help="Of one domain; else of all.")
@click.option("--seed", type=int, default=1, show_default=True, help="What names are drawn from.")
@click.option("-o", "output", type=click.Choice(["text", "json"]), default="text")
@click.option("--judge", "judged", is_flag=True, help="Run them in a sandbox, ask for problems.")
@click.option("--repair", is_flag=True, help="Run them in a sandbox, and let fix repair them.")
@click.option("--instance", default="scenarios", show_default=True, help="Where to judge.")
def command(
    *,
    only: str,
    domain: Domain | None,
    seed: int,
    output: str,
    judged: bool,
    repair: bool,
    instance: str,
) -> None:
    """List the scenarios, what breaks and what is then true; or judge them.

    Names, namespaces, images and ports come from the seed; break and heal take the same one.
    Judging breaks each, compares what the MCP server finds with the truth, heals, and ends with
    exit status 0 only if all was found and nothing else. Repairing runs `clusterwright fix` on
    each fault, with a policy that approves, and compares what came of it with what is right.
    """
    if judged and repair:
        raise click.UsageError("either --judge or --repair")
    if (judged or repair) and output == "json":
        raise click.UsageError("-o json is of the list, without --judge and --repair")
    chosen = choose(only, domain)
    if judged:
        from clusterwright.cli.judge.show import judge_in  # brings in the server and the agent

        sys.exit(0 if judge_in(instance, chosen, seed) else 1)
    if repair:
        from clusterwright.cli.judge.show import repair_in

        # What clusters of Cluster API need takes machines, and minutes for each: these have plans.
        faults = [one for one in chosen if one.card.repair and one.card.domain != "cluster_api"]
        sys.exit(0 if repair_in(instance, faults, seed) else 1)
    if output == "json":
        listed = [_document(one, seed) for one in chosen]
        click.echo(orjson.dumps(listed, option=orjson.OPT_INDENT_2).decode())
        return
    header = ("NAME", "DOMAIN", "KIND", "IS", "NEEDS", "WRITTEN BY", "TRUTH")
    click.echo(columns(header, [_row(one, seed) for one in chosen]))


def choose(only: str, domain: Domain | None = None) -> Sequence[Scenario]:
    """Return the scenarios whose name matches; refuse a pattern that matches none."""
    chosen = [
        one
        for one in load_all()
        if fnmatchcase(one.name, only or "*") and domain in {None, one.card.domain}
    ]
    if not chosen:
        raise click.UsageError(f"no scenario matches {only!r}; there are {', '.join(SCENARIOS)}")
    return chosen


def _row(scenario: Scenario, seed: int) -> tuple[str, ...]:
    card, truth = scenario.card, scenario.render(seed).truth
    said = ", ".join(f"{one.code} on {one.subject}" for one in truth) or "nothing is wrong"
    real = "real" if card.real else "simulated"
    writer = f"{card.written_by}{' (by hand)' * card.by_hand}" or "Kubernetes"
    return (card.name, card.domain, card.kind, real, card.needs, writer, said)


def _document(scenario: Scenario, seed: int) -> dict[str, Any]:
    card = scenario.card.model_dump(mode="json", exclude={"draw", "broken", "healed"})
    rendered = scenario.render(seed)
    return {
        **card,
        "real": scenario.card.real,
        "seed": seed,
        "namespaces": rendered.namespaces,
        "truth": [one.model_dump(mode="json") for one in rendered.truth],
    }
