"""`clusterwright diagnose`: what is wrong with a cluster, why, and what to do next."""

import logging
import os
import sys
import traceback
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import anyio
import click

from clusterwright.agents.diagnose import diagnose
from clusterwright.agents.diagnose.address import Address, Addresses
from clusterwright.agents.diagnose.diagnosis import About, Diagnosis, Verdict
from clusterwright.agents.diagnose.fleet import diagnose_fleet
from clusterwright.agents.hub import Hub, Target, connect
from clusterwright.agents.server_spec import name_server, parse_server
from clusterwright.agents.sign_in import SignIn
from clusterwright.cli.browse import browse
from clusterwright.cli.contexts import check_contexts
from clusterwright.cli.fitting import require_fitting
from clusterwright.cli.fleet import addresses, fleet
from clusterwright.cli.output import DOCUMENTS, TEXT, show
from clusterwright.cli.progress import progress
from clusterwright.cli.sieve import USUAL, Sieve, read_sieve, tell
from clusterwright.cli.usage import usage
from clusterwright.cli.watch import follow
from clusterwright.tools.errors import InvalidInputError, NotFoundError, ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Severity
from clusterwright.tools.redaction import redact_text
from clusterwright.tools.ref import Ref, check_namespace

_log = logging.getLogger(__name__)
# What a server says wrongly is told as a gap; the SDK would print it again, with a traceback.
logging.getLogger("mcp").addHandler(logging.NullHandler())
HEALTHY, PROBLEMS, UNCHECKED, INTERRUPTED, UNREAD = 0, 1, 2, 130, 141
NEVER = "never"
_PATH = click.Path(path_type=Path)


@click.command(name="diagnose")
@click.argument("about", metavar="[REF]", required=False)
@click.option(
    "--context",
    "-c",
    "contexts",
    metavar="NAME",
    multiple=True,
    help="A kubeconfig context; default: the current. Repeatable.",
)
@click.option(
    "--all-contexts", is_flag=True, help="Every cluster of the kubeconfig, in one answer."
)
@click.option(
    "--workload-clusters", is_flag=True, help="Their Cluster API workload clusters as well."
)
@click.option(
    "--kubeconfig",
    type=_PATH,
    help="Default: $KUBECONFIG, else ~/.kube/config.",
)
@click.option(
    "--namespace", "-n", "namespaces", metavar="NAME", multiple=True, help="Default: all."
)
@click.option("--all-namespaces", "-A", is_flag=True, help="The default, as kubectl spells it.")
@click.option(
    "--output", "-o", type=click.Choice([TEXT, *DOCUMENTS]), default=TEXT, show_default=True
)
@click.option("--output-file", type=_PATH, metavar="FILE", help="Written whole, or not at all.")
@click.option(
    "--fail-on",
    type=click.Choice([*(one.value for one in Severity), NEVER]),
    default=Severity.WARNING.value,
    show_default=True,
    help="The least severity of a root cause for which to exit 1.",
)
@click.option(
    "--baseline",
    type=_PATH,
    metavar="FILE",
    help="What an earlier run wrote with -o json: only what is new since is told.",
)
@click.option(
    "--ignore-file",
    type=_PATH,
    metavar="FILE",
    help=f"Root causes that are only counted. Default: {USUAL}, if it is there.",
)
@click.option(
    "--server",
    "specs",
    metavar="SPEC",
    multiple=True,
    help="An MCP server to ask instead of the built-in ones: a URL or a command line. Repeatable.",
)
@click.option(
    "--watch",
    "watched",
    is_flag=True,
    help="Go on, with a line for what comes, goes or gets worse.",
)
@click.option(
    "--every",
    type=click.FloatRange(min=1),
    metavar="SECONDS",
    default=10.0,
    show_default=True,
    help="With --watch: the pause between two looks.",
)
@click.option("--strict", is_flag=True, help="Exit 2 if anything could not be checked.")
def command(
    *,
    about: str | None,
    contexts: tuple[str, ...],
    all_contexts: bool,
    workload_clusters: bool,
    kubeconfig: Path | None,
    namespaces: tuple[str, ...],
    all_namespaces: bool,
    output: str,
    output_file: Path | None,
    fail_on: str,
    baseline: Path | None,
    ignore_file: Path | None,
    specs: tuple[str, ...],
    watched: bool,
    every: float,
    strict: bool,
) -> None:
    """Find the root causes in a cluster, with evidence, symptoms and the next step.

    With REF (Pod/shop/cart-1, Service/shop/cart, Alert/KubePodCrashLooping), only those that this
    object hangs on, and how.

    Exit status: 0 healthy, 1 problems found (see --fail-on), 2 could not check.
    """
    try:
        lines = output in {TEXT, "json"} and output_file is None
        require_fitting(click.get_current_context(), lines=lines)
        namespace = _one_namespace(namespaces, everywhere=all_namespaces)
        ref = Ref.parse(about) if about else None
        context = contexts[0] if contexts else None
        several = fleet(contexts, kubeconfig, everywhere=all_contexts, workloads=workload_clusters)
        # Servers of somebody else's have a kubeconfig of their own.
        known = addresses(() if specs else several, kubeconfig)
        asked = Asked(
            context, namespace, ref, str(kubeconfig or ""), several, workload_clusters, known
        )
        check_contexts(() if specs else contexts, kubeconfig)
        servers = targets(specs, kubeconfig, context)
        if ref and several:
            raise InvalidInputError(f"{ref} is of one cluster", hint="name its context alone")
        sieve = read_sieve(baseline, ignore_file, namespace)
    except ToolError as error:
        raise usage(error) from error
    with _ending():
        if watched:
            anyio.run(_watch, servers, asked, sieve, every, output == "json")
        with progress("asking for problems"):
            whole = anyio.run(run, servers, asked)
        tell(sieve.notes(whole))
        found = sieve.sift(whole)
        show(found, output, output_file)
        sys.exit(exit_status(found, strict=strict, fail_on=fail_on))


@contextmanager
def _ending() -> Generator[None]:
    """End with a status of its own whatever keeps a diagnosis from being told."""
    try:
        yield
    except (NotFoundError, InvalidInputError) as error:  # the object asked about, the file
        raise usage(error) from error
    except BrokenPipeError:  # `| head` has read enough; a status for it is the shell's custom
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor may the exit's flush
        sys.exit(UNREAD)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)  # click would exit with 1, which here means problems
    except Exception as error:  # noqa: BLE001 - a bug of ours must not end as "problems found"
        _log.debug("the diagnosis failed", exc_info=True)
        click.echo(_crash(error), err=True)
        sys.exit(UNCHECKED)


def _one_namespace(names: tuple[str, ...], *, everywhere: bool) -> str | None:
    """Return the namespace that is asked for, or None for all; raise InvalidInputError."""
    if len(names) > 1 or (names and everywhere):
        asked = [f"-n {name}" for name in names] + ["-A"] * everywhere
        raise InvalidInputError(
            f"{' '.join(asked)} asks for more than one thing",
            hint="one namespace with -n, or all of them, which is the default",
        )
    for name in names:
        check_namespace(name)
    return names[0] if names else None


def targets(
    specs: tuple[str, ...], kubeconfig: Path | None, context: str | None
) -> dict[str, Target]:
    """Return the servers to ask: those given, else the built-in ones in this process."""
    if not specs:
        from clusterwright.servers.together import create_servers

        return {**create_servers(kubeconfig=kubeconfig, context=context)}
    named: dict[str, Target] = {}
    for spec in specs:
        name = name_server(spec)
        unique = name if name not in named else f"{name}-{len(named) + 1}"
        named[unique] = parse_server(spec, SignIn(browse))
    return named


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be looked at."""

    context: str | None = None
    namespace: str | None = None
    ref: Ref | None = None
    """Only what this object hangs on."""
    kubeconfig: str = ""
    fleet: tuple[str | None, ...] = ()
    """Several clusters of which one answer is wanted, in place of the context."""
    workloads: bool = False
    """Their workload clusters as well."""
    addresses: Addresses = field(default_factory=dict[str | None, Address])
    """Where the kubeconfig leads to them."""


async def run(servers: Mapping[str, Target], asked: Asked) -> Diagnosis:
    """Connect to the servers and return what they find."""
    async with connect(servers) as hub:
        return await _look(hub, asked)


async def _look(hub: Hub, asked: Asked) -> Diagnosis:
    if asked.fleet:
        return await diagnose_fleet(
            hub,
            asked.fleet,
            workloads=asked.workloads,
            namespace=asked.namespace,
            kubeconfig=asked.kubeconfig,
            addresses=asked.addresses,
        )
    return await diagnose(
        hub,
        cluster=asked.context,
        namespace=asked.namespace,
        ref=asked.ref,
        kubeconfig=asked.kubeconfig,
    )


async def _watch(
    servers: Mapping[str, Target], asked: Asked, sieve: Sieve, every: float, as_json: bool
) -> None:
    """Tell what changes until the process is ended; an object may go, and come again."""
    told = False
    async with connect(servers) as hub:

        async def look() -> Diagnosis:
            nonlocal told
            try:
                whole = await _look(hub, asked)
            except NotFoundError:
                if asked.ref is None or not told:
                    raise
                gone = About(ref=asked.ref, state="does not exist")
                return Diagnosis(verdict=Verdict.UNKNOWN, about=gone, complete=False)
            if not told:
                tell(sieve.notes(whole))
                told = True
            return sieve.sift(whole)

        await follow(look, seconds=every, as_json=as_json)


def exit_status(diagnosis: Diagnosis, *, strict: bool, fail_on: str = Severity.WARNING) -> int:
    """Return the status that a script can act on; `fail_on` is a severity, or `never`.

    Where a server could not be asked, nothing is well, however little would have been failed on.
    """
    if strict and not diagnosis.complete:
        return UNCHECKED
    if fail_on != NEVER:
        least = Severity(fail_on)
        if any(root.severity.rank <= least.rank for root in diagnosis.root_causes):
            return PROBLEMS
    blind = any(not source.answered for source in diagnosis.sources)
    return UNCHECKED if blind or diagnosis.verdict is Verdict.UNKNOWN else HEALTHY


def _crash(error: BaseException) -> str:
    """Return what broke and where, from inside the groups that tasks wrap errors in."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    frame = traceback.extract_tb(error.__traceback__)[-1]
    reason = one_line(redact_text(f"{type(error).__name__}: {error}"))
    return (
        f"Error: could not check: the diagnosis itself failed ({reason}, at {frame.name} in "
        f"{Path(frame.filename).name}, line {frame.lineno}).\n"
        "This says nothing about the cluster; please report it as a bug of clusterwright."
    )
