"""`clusterwright fix`: repair what is wrong: planned, approved, proven, and undone if need be."""

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import anyio
import click

from clusterwright.agents.diagnose.about import require_there
from clusterwright.agents.diagnose.diagnosis import Diagnosis, RootCause, Verdict
from clusterwright.agents.hub import Target, connect
from clusterwright.agents.remediate.answers import answerable, answered
from clusterwright.agents.remediate.fix import Fixer, chosen, may_hide
from clusterwright.agents.remediate.found import Found, Scope, look
from clusterwright.agents.remediate.questions import questions_in
from clusterwright.agents.remediate.repair import Repair, Result
from clusterwright.agents.remediate.rounds import repair_all
from clusterwright.agents.remediate.spell import Cure, as_kubectl, as_patches
from clusterwright.agents.report.incident import (
    Approval,
    Run,
    approvals_of,
    report_of,
    to_json,
)
from clusterwright.agents.report.incident_markdown import to_markdown
from clusterwright.agents.report.incident_repairs import as_json
from clusterwright.agents.report.said import aside_rows, first_lines, folded
from clusterwright.cli.authority import authority_of
from clusterwright.cli.consent import at_terminal
from clusterwright.cli.contexts import check_contexts
from clusterwright.cli.guidance import Commands, typed_anywhere
from clusterwright.cli.meant import object_meant
from clusterwright.cli.output import write_whole
from clusterwright.cli.sieve import USUAL, Sieve, read_sieve
from clusterwright.cli.sieve import tell as tell_notes
from clusterwright.cli.usage import usage
from clusterwright.tools.errors import InvalidInputError, ToolError
from clusterwright.tools.excerpt import counted, few, one_line
from clusterwright.tools.neutral import neutral
from clusterwright.tools.ref import Ref, check_namespace
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.risk import Access

DONE, LEFT, UNCHECKED = 0, 1, 2
_MOST_TOLD = 3
_STOPPED = "Stopped: something did not work, and what was done of it may stand."
_SPELLED = frozenset({"patch", "kubectl"})
_PATH = click.Path(path_type=Path)
_FILE = click.Path(path_type=Path, dir_okay=False)
_WRITERS = {".md": to_markdown, ".json": to_json}


def _checked(
    _context: click.Context, _option: click.Parameter, given: tuple[Path, ...]
) -> tuple[Path, ...]:
    """Refuse a report before anything is changed that could not be written after it."""
    for one in given:
        if one.suffix not in _WRITERS:
            raise click.BadParameter(f"{str(one)!r} ends neither in .md nor in .json")
        if not one.parent.is_dir():
            raise click.BadParameter(f"there is no folder {str(one.parent)!r}")
    return given


@click.command(name="fix")
@click.argument("target", metavar="[REF|CODE]", required=False)
@click.option(
    "--all", "everything", is_flag=True, help="Repair every root cause that is not ignored."
)
@click.option(
    "--ignore-file",
    type=_PATH,
    metavar="FILE",
    help=f"With --all: root causes that are left alone. Default: {USUAL}, if it is there.",
)
@click.option("--context", "-c", metavar="NAME", help="A kubeconfig context; default: the current.")
@click.option("--kubeconfig", type=_PATH, help="Default: $KUBECONFIG, else ~/.kube/config.")
@click.option("--namespace", "-n", metavar="NAME", help="Default: all.")
@click.option(
    "--approve",
    type=_PATH,
    metavar="POLICY",
    help="A policy file that says what may be applied without asking; default: ask each time.",
)
@click.option("--dry-run", is_flag=True, help="Plan only; nothing is changed.")
@click.option(
    "--output",
    "-o",
    type=click.Choice(["text", "json", "patch", "kubectl"]),
    default="text",
    help="json: what came of it. patch, kubectl: what would repair it; nothing is changed.",
)
@click.option(
    "--tell",
    "told",
    metavar="VALUE",
    multiple=True,
    help="What it asks for, with a REF or CODE. Repeatable, in the order of the questions.",
)
@click.option(
    "--report",
    "reports",
    type=_FILE,
    metavar="FILE.md|FILE.json",
    multiple=True,
    callback=_checked,
    help="Write an incident report: timeline, cause, evidence, change, proof. Repeatable.",
)
def command(
    *,
    target: str | None,
    everything: bool,
    ignore_file: Path | None,
    context: str | None,
    kubeconfig: Path | None,
    namespace: str | None,
    approve: Path | None,
    dry_run: bool,
    output: str,
    told: tuple[str, ...],
    reports: tuple[Path, ...],
) -> None:
    """Repair root causes: those of an object (Deployment/shop/cart) or of a finding code, or --all.

    Each is planned by dry run, shown, approved by you or by a policy, applied, and proven: the
    finding must be gone and nothing new may appear, else it is undone. What others rest on comes
    first, and what goes with it by itself is left alone. Exit status: 0 all repaired (or nothing
    wrong), 1 something is left, or a report was not written, 2 could not check, or not all, or
    wrong usage, such as an object that there is not.
    """
    if not target and not everything:
        raise click.UsageError("say what to repair: an object, a finding code, or --all")
    if target and everything:
        raise click.UsageError("either --all or one object or code")
    if told and everything:
        raise click.UsageError("--tell answers for one root cause: name its object")
    if ignore_file and not everything:
        raise click.UsageError("--ignore-file goes with --all: what is named is repaired")
    if reports and output in _SPELLED:
        raise click.UsageError("--report tells of repairs; with -o patch or kubectl there are none")
    try:
        if namespace:
            check_namespace(namespace)
        ref = object_meant(target, namespace) if target else None
        access = _access(plan_only=dry_run or output in _SPELLED)
        authority = authority_of(access, approve, Commands(kubeconfig))
        scope = Scope(context, namespace)
        meant = str(ref) if ref else target
        sieve = read_sieve(None, ignore_file, namespace) if everything else Sieve()
        config = typed_anywhere(kubeconfig)
        wish = _Wish(meant, ref, sieve, told, dry_run, output, config, reports)
        status = anyio.run(_fix, authority, scope, wish)
    except ToolError as error:
        raise usage(error) from error
    sys.exit(status)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What was asked for."""

    target: str | None
    ref: Ref | None
    """The object that the target is; None: a finding code, or all."""
    sieve: Sieve
    """What is left alone."""
    told: tuple[str, ...]
    """What a person answers to what is asked."""
    dry_run: bool
    output: str
    kubeconfig: str
    reports: tuple[Path, ...]


def _access(*, plan_only: bool) -> Access:
    return Access.PLAN if plan_only else Access.WRITE


def _servers(
    kubeconfig: Path | None, context: str | None, authority: Authority
) -> dict[str, Target]:
    """Return the servers that can repair something there; what it does not serve, they say."""
    from clusterwright.servers.together import create_servers

    check_contexts([context] if context else [], kubeconfig)
    return {**create_servers(kubeconfig=kubeconfig, context=context, authority=authority)}


async def _fix(authority: Authority, scope: Scope, wish: _Wish) -> int:
    config = Path(wish.kubeconfig) if wish.kubeconfig else None
    servers = _servers(config, scope.cluster, authority)
    async with connect(servers, on_question=at_terminal()) as hub:
        found = await look(hub, scope, wish.kubeconfig)
        sifted = wish.sieve.sift(found.diagnosis)
        tell_notes(_left_alone(found, sifted, wish.sieve))
        roots = chosen(sifted.root_causes, wish.target)
        if wish.ref and not roots:
            await require_there(hub, found.answers, wish.ref, scope.cluster)
        if found.diagnosis.verdict is Verdict.UNKNOWN or not roots:
            return _nothing(found, scope, wish)
        if wish.told:
            found = answered(found, _only(roots), wish.told)
        if wish.output in _SPELLED:
            return _spell(found, roots, scope, wish)
        again = partial(look, hub, scope, wish.kubeconfig)
        fixer = Fixer(hub, scope, dry_run=wish.dry_run, say=_say)
        tell = partial(_show, scope, wish) if wish.output == "text" else _tell_nothing
        repairs = await repair_all(fixer, found, roots, again, tell, leave=wish.sieve.ignores)
    if any(one.result is Result.FAILED for one in repairs):
        click.echo(_STOPPED, err=True)
    audited = wish.reports and any(one.plan for one in repairs)
    lines = authority.audit.read() if audited else ()
    written = _report(scope, wish, found.unchecked(), repairs, approvals_of(list(lines)))
    return max(_conclude(found, repairs, wish), written)


def _left_alone(found: Found, sifted: Diagnosis, sieve: Sieve) -> list[str]:
    """Return what the ignore file has us leave alone, and what its owners have to know of it."""
    rows = aside_rows(sifted)
    return [*sieve.notes(found.diagnosis), *(f"left alone: {named}" for _, _, named in rows)]


def _nothing(found: Found, scope: Scope, wish: _Wish) -> int:
    """Tell that nothing is repaired: since there is nothing to repair, or nobody could see it."""
    unchecked, status = found.unchecked(), UNCHECKED
    if unchecked or found.diagnosis.verdict is Verdict.UNKNOWN:
        _tell_blind(unchecked or ["`clusterwright diagnose` tells why"])
    elif may_hide(found.diagnosis.root_causes, wish.target):
        why = f"no problem names {wish.target}, but not all members are listed"
        unchecked = [f"{why}: clusterwright diagnose {wish.target}"]
        click.echo(one_line(unchecked[0], 600), err=True)
    else:
        status = DONE
        ignored = any(wish.sieve.ignores(one) for one in found.diagnosis.root_causes)
        about = f" about {wish.target}" if wish.target else " beyond what is ignored" * ignored
        if wish.output != "json":
            click.echo(f"Nothing to repair{about}: no such problem was found.")
    if wish.output == "json":
        click.echo(as_json([], unchecked))
    return max(status, _report(scope, wish, unchecked, (), {}))


def _report(
    scope: Scope,
    wish: _Wish,
    unchecked: Sequence[str],
    repairs: Sequence[Repair],
    approvals: Mapping[str, Approval],
) -> int:
    """Write the incident reports that were asked for, and return a status: whether all are."""
    now, status = datetime.now(UTC), DONE
    about, namespace = wish.target or "", scope.namespace or ""
    run = Run(now, about, namespace, wish.dry_run, tuple(unchecked))
    report = report_of(repairs, run, approvals)
    for path in wish.reports:
        try:
            write_whole(path, _WRITERS[path.suffix](report))
        except OSError as error:
            said = error.strerror or str(error)
            click.echo(f"The report {path} could not be written: {said}", err=True)
            status = LEFT
    return status


def _tell_nothing(_repair: Repair) -> None:
    """Tell nothing: what came of it is told in the end."""


def _spell(found: Found, roots: Sequence[RootCause], scope: Scope, wish: _Wish) -> int:
    """Print what would repair each root cause, in the form that was asked for."""
    asked = scope.cluster or ""
    sources = [source for root in roots if (source := found.source(root)) is not None]
    cures = [
        Cure(remedy, finding, answer.cluster or asked, wish.kubeconfig)
        for answer, finding in sources
        for remedy in finding.remedies[:1]
    ]
    patches = wish.output == "patch"
    spelled = [as_patches(one, asked) if patches else as_kubectl(one) for one in cures]
    click.echo(("\n---\n" if patches else "\n").join(one.text for one in spelled))
    done = len(spelled) == len(roots) and all(one.whole for one in spelled)
    return max(DONE if done else LEFT, _blind(found, wish))


def _blind(found: Found, wish: _Wish) -> int:
    """Tell what was not looked at, where all is to be repaired, and return a status."""
    if wish.target or not (unchecked := found.unchecked()):
        return DONE
    _tell_blind(unchecked)
    return UNCHECKED


def _tell_blind(unchecked: Sequence[str]) -> None:
    told = "; ".join(first_lines(folded(unchecked), _MOST_TOLD, "more"))
    click.echo(one_line(f"Not all could be checked: {told}", 600), err=True)


def _say(text: str) -> None:
    click.echo(f"  {one_line(text)}", err=True)


def _only(roots: Sequence[RootCause]) -> RootCause:
    """Return the root cause that answers are for; raise InvalidInputError where there are more."""
    if len(roots) > 1:
        raise InvalidInputError(
            f"--tell answers for one root cause, and these are {len(roots)}",
            hint=f"name an object: {few([str(one.subject) for one in roots])}",
        )
    return roots[0]


def _telling(scope: Scope, wish: _Wish, repair: Repair) -> str:
    """Return the command that answers what a repair asks for; empty where none can."""
    if repair.result is not Result.ASKS or not repair.remedy or not answerable(repair.remedy):
        return ""
    values = ["--tell VALUE"] * len(questions_in(repair.remedy))
    where = ["--context", scope.cluster] if scope.cluster else []
    where += ["--kubeconfig", wish.kubeconfig] if wish.kubeconfig else []
    fix = shlex.join(["clusterwright", "fix", str(repair.root.subject), *where])
    return " ".join([fix, *values])


def _show(scope: Scope, wish: _Wish, repair: Repair) -> None:
    click.echo(f"{repair.root.code}  {repair.root.subject}")
    click.echo(f"  cause: {one_line(repair.root.title)}")
    for line in repair.told:
        click.echo(f"  | {neutral(line)}")
    click.echo(f"  {repair.result.upper()}" + (f" (plan {repair.plan})" if repair.plan else ""))
    for reason in repair.reasons:
        click.echo(f"    {one_line(reason, 600)}")
    for left in (one for one in repair.left if not one.shows):
        why = f" ({left.why})" if left.why else ""
        said = f"left over: {left.symptom.code} on {left.symptom.subject}{why}"
        click.echo(f"    {one_line(said, 600)}")
    if telling := _telling(scope, wish, repair):
        click.echo(f"    then: {one_line(telling, 600)}")
    elif repair.result in {Result.NO_REMEDY, Result.ASKS} and repair.root.next.fix:
        click.echo(f"    by hand: {one_line(repair.root.next.fix)}")
    click.echo()


def _conclude(found: Found, repairs: list[Repair], wish: _Wish) -> int:
    counts: dict[Result, int] = {}
    for one in repairs:
        counts[one.result] = counts.get(one.result, 0) + 1
    told = ", ".join(f"{number} {result}" for result, number in counts.items())
    if shown := sum(len(one.shows) for one in repairs):
        told += f"; shows now: {counted(shown, 'problem')}"
    if wish.output == "json":
        click.echo(as_json(repairs, found.unchecked()))
    else:
        click.echo(f"{counted(len(repairs), 'root cause')}: {told}.")
    blind = _blind(found, wish)
    if any(one.result is Result.NOT_TRIED for one in repairs):
        return UNCHECKED
    wanted = {Result.PLANNED} if wish.dry_run else {Result.FIXED, Result.GONE}
    done = all(one.result in wanted and not one.shows for one in repairs)
    return max(DONE if done else LEFT, blind)
