"""Run the helm program for a planned step: the one place where a release is written.

The command is made here from typed fields, as a list of words; nothing that a caller wrote is
ever part of a flag.
"""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from clusterwright.tools.errors import ConflictError, NotFoundError
from clusterwright.tools.helm.changes.outlook import Outlook
from clusterwright.tools.helm.client.kept import digest_of, workshop
from clusterwright.tools.helm.client.program import Driver, find_program
from clusterwright.tools.helm.failures.classify import UNKNOWN, classify
from clusterwright.tools.helm.record import USUALLY_KEPT
from clusterwright.tools.helm.store import kept
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.kubernetes.changes.step import Step
from clusterwright.tools.kubernetes.client.handover import kubeconfig_file
from clusterwright.tools.manifest import Manifest, mapping, number, text, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.private_file import create_private

if TYPE_CHECKING:
    from clusterwright.tools.helm.client.ran import Ran
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection

_GRACE_SECONDS = 60.0
"""Beyond Helm's own time-out, which is for each hook and each wait by itself."""
_SENTENCE = re.compile(r"(?<=[.!]) +")
_AFTERWARDS = re.compile(
    r"recorded as failed|(?:was|were) applied|Nothing was changed|then once more"
)
"""What the catalogue says of an operation that has run, and a plan has not."""
_OPERATIONS = 4
"""Hooks before and after, and two waits: so often may it run out."""
_at_work: set[tuple[str, Ref]] = set()
"""Releases that helm is run for, by the cluster that they are on."""


class Helm:
    """Carries out what plans ask of the helm program."""

    async def run(
        self, clusters: "Clusters", connection: "Connection", step: Step, agent: str, wait: float
    ) -> str:
        """Run helm; return why it failed, or raise ConflictError if it had changed nothing."""
        program = await find_program()
        body, ref = step.write.body, step.ref
        with _alone(await connection.identity(), ref), _approved(body) as archive:
            if await _state(connection, ref) != step.write.version:
                raise ConflictError(f"somebody else changed {ref} just now", hint="plan it again")
            async with kubeconfig_file(clusters, connection.cluster) as kubeconfig:
                ran = await program.run(
                    [*_words(ref, body, agent), f"--timeout={wait:.0f}s"],
                    operands=_operands(ref, body, archive),
                    kubeconfig=kubeconfig,
                    values=mapping(body, "values") if archive else None,
                    driver=cast("Driver", text(body, "driver")),
                    seconds=wait * _OPERATIONS + _GRACE_SECONDS,
                )
            return await self._ended(connection, step, ran)

    async def took_place(self, connection: "Connection", entry: Manifest) -> bool:
        """Return whether the release is not as it was before a run that was cut short."""
        ref = Ref.parse(str(entry["object"]))
        return await _state(connection, ref) != entry["version"]

    def hint(self, said: str) -> str:
        """Return what to do about what the API server would refuse, with the code of its kind."""
        found = classify(said)
        told = [one for one in _SENTENCE.split(found.change) if not _AFTERWARDS.search(one)]
        return f"{' '.join(told)} [{found.code}]" if found.code != UNKNOWN else ""

    async def _ended(self, connection: "Connection", step: Step, ran: "Ran") -> str:
        changed = await _state(connection, step.ref) != step.write.version
        if ran.ok and changed:
            return ""
        if ran.ok:
            raise ConflictError(
                f"helm told of success, and left {step.ref} as it was",
                hint="is what CLUSTERWRIGHT_HELM names, or the PATH has, the real helm?",
            )
        found = classify(Veil(step.secrets).text(ran.error))
        if not changed and not _writes_first(step.write.body):
            raise ConflictError(f"{found.cause} [{found.code}]", hint=found.change)
        return f"{found.cause} [{found.code}]; {found.change}" if found.change else found.cause


@contextmanager
def _alone(cluster: str, ref: Ref) -> Generator[None]:
    """Keep other runs of this process off a release; raise ConflictError while there is one.

    Each would be worked out from the same revision, and the second rest on what it did not know.
    """
    if (cluster, ref) in _at_work:
        raise ConflictError(f"another plan is changing {ref} right now", hint="plan it again then")
    _at_work.add((cluster, ref))
    try:
        yield
    finally:
        _at_work.remove((cluster, ref))


@contextmanager
def _approved(body: Manifest) -> Generator[Path | None]:
    """Yield a copy of the chart that was approved, of our own: what is kept may change any time.

    Raises ConflictError for other bytes than those of its digest; yields None where there is none.
    """
    if "archive" not in body:
        yield None
        return
    kept_at = Path(text(body, "archive"))
    packed = kept_at.read_bytes() if kept_at.is_file() else b""
    if digest_of(packed) != text(body, "digest"):
        raise ConflictError(
            f"the archive of the chart is not the one that was approved: {kept_at.name}",
            hint="plan it again, and find out what writes to that folder",
        )
    with workshop() as folder:
        create_private(folder / kept_at.name, packed)
        yield folder / kept_at.name


async def _state(connection: "Connection", ref: Ref) -> str:
    try:
        found = await kept(connection, ref.namespace, ref.name)
    except NotFoundError:  # its namespace is not there
        return Outlook(ref).state
    return Outlook(ref, found.revisions.get(ref, ())).state


def _writes_first(body: Manifest) -> bool:
    """Return whether a run writes objects before, or without, a record that tells of it.

    Helm deletes objects although it may not note that it does (helm/helm, pkg/action/uninstall.go).
    """
    return text(body, "command") == "uninstall" or truth(body, "writes_first")


def _words(ref: Ref, body: Manifest, agent: str) -> Iterator[str]:
    """Yield the command and its flags."""
    command = text(body, "command")
    yield command
    yield f"--namespace={ref.namespace}"
    if command in {"upgrade", "rollback"}:
        yield f"--history-max={USUALLY_KEPT}"
    if command in {"upgrade", "rollback", "install"} and truth(body, "force"):
        yield "--force-conflicts"
    if command in {"upgrade", "install"}:
        yield "--hide-notes"
        yield f"--description={command.capitalize()} complete ({agent})"
        if truth(body, "wait"):
            yield "--wait=watcher"
    if command == "upgrade":
        yield "--reset-values"
    if truth(body, "create_namespace"):
        yield "--create-namespace"
    if truth(body, "keep_history"):
        yield "--keep-history"


def _operands(ref: Ref, body: Manifest, archive: Path | None) -> list[str]:
    if archive is not None:
        return [ref.name, str(archive)]
    if text(body, "command") == "rollback":
        return [ref.name, str(number(body, "revision"))]
    return [ref.name]
