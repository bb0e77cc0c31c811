"""Judge the fixture server, every product server and the hub: `python -m tests.conformance`."""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import click

from clusterwright.cli.serve import SERVERS
from tests.conformance.lint import findings
from tests.conformance.suite import ERAS, Scores, judge_client, judge_server
from tests.servers.served import machine, product, served

_AT_ONCE = 2
"""Servers, each with a suite of its own. The client's scenarios run side by side themselves."""
FIXTURE = (sys.executable, "-m", "tests.conformance.fixture")
WITHOUT_FIXTURES = {
    "2025-11-25": frozenset(
        {
            "server-initialize",
            "ping",
            "tools-list",
            "resources-list",
            "prompts-list",
            "dns-rebinding-protection",
        }
    ),
    "2026-07-28": frozenset(
        {
            "tools-list",
            "server-sse-multiple-streams",
            "resources-list",
            "prompts-list",
            "sep-2164-resource-not-found",
            "caching",
            "dns-rebinding-protection",
        }
    ),
}
"""The required scenarios that ask a server for nothing but itself."""


def main() -> int:
    """Print a line for each judgement, at last one for each era; return 0 if all passed."""
    commands = {**{name: product(name) for name in SERVERS}, "gpu-node": machine()}
    with ThreadPoolExecutor(_AT_ONCE) as several:
        good = list(several.map(_products, commands.keys(), commands.values()))
    good += [_told(f"hub {era}", judge_client(era)) for era in ERAS]
    with served(FIXTURE) as url:
        good += [_told(era, judge_server(url, era)) for era in ERAS]
    return 0 if all(good) else 1


def _products(name: str, command: Sequence[str]) -> bool:
    good = True
    with served(command) as url:
        for era in ERAS:
            judged = judge_server(url, era)
            wanted = tuple(one for one in judged.required if one in WITHOUT_FIXTURES[era])
            scores = Scores(wanted, judged.passed, judged.printed)
            good &= _told(f"{name} {era} without fixtures", scores)
            linted = findings(url, era)
            click.echo(f"{name} {era} lint: {len(linted)} findings")
            click.echo("".join(f"  {one}\n" for one in linted), nl=False, err=True)
            good &= not linted
    return good


def _told(what: str, scores: Scores) -> bool:
    click.echo(f"{what} {scores}")
    if not scores.required:
        click.echo("the suite lists no scenario for this era", err=True)
        return False
    if scores.failed:
        click.echo(f"{scores.printed}\nfailed: {', '.join(scores.failed)}", err=True)
    return not scores.failed


if __name__ == "__main__":
    sys.exit(main())
