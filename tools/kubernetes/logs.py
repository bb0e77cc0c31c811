"""The tool that reads what a container wrote."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

from pydantic import Field

from clusterwright.tools.answer import BUDGET, CAP, Answer
from clusterwright.tools.errors import ConflictError, InvalidInputError, NotFoundError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.log_text import Folded, fold, matching
from clusterwright.tools.kubernetes.parameters import Cluster, Since
from clusterwright.tools.kubernetes.since import seconds
from clusterwright.tools.manifest import Manifest, items, number, text, truth
from clusterwright.tools.neutral import neutral, quote
from clusterwright.tools.redaction import redact_text
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

_LINES = 500
_SEARCHED = 10_000
BEFORE = 100
"""Lines read before the first one shown: a key, or a token that a logger wrapped, begins there."""
_READ = 4_000_000
"""Bytes read of a log at most, its end; what is shown of them is far less."""
GONE = "unable to retrieve container logs for "
"""How begins what a kubelet answers as if it were the log."""
_DEFAULT = "kubectl.kubernetes.io/default-container"


class Logs(Answer):
    """The end of a container's log, or what of it matches."""

    pod: Ref
    container: str
    previous: bool = Field(default=False, description="Of the run before this one.")
    lines: tuple[str, ...] = Field(default=(), description="Oldest first; [xN]: N alike in a row.")
    read: int = Field(description="Lines read from the log's end.")
    matched: int | None = Field(default=None, description="Lines that contain grep.")
    notes: tuple[str, ...] = Field(default=(), description="What was left out, what else there is.")

    def render(self) -> str:
        """Return the lines, each marked as written by the container, and the notes."""
        run = ", previous run" if self.previous else ""
        head = f"{self.pod} container {self.container}{run}: {self.read} lines read"
        if self.matched is not None:
            head += f", {self.matched} match"
        quoted = [quote("\n".join(self.lines))] if self.lines else []
        return "\n".join([head, *quoted, *(f"[{note}]" for note in self.notes)])


async def k8s_logs(
    clusters: Clusters,
    pod: Annotated[str, Field(min_length=1, max_length=300, description="Pod name.")],
    namespace: Annotated[str, Field(min_length=1, max_length=300)],
    container: Annotated[
        str | None, Field(max_length=300, description="Default: the one in trouble, else the main.")
    ] = None,
    previous: Annotated[bool, Field(description="The run that crashed.")] = False,
    since: Since = None,
    grep: Annotated[
        str | None, Field(max_length=300, description="Only lines with this text, any case.")
    ] = None,
    lines: Annotated[
        int | None, Field(ge=1, le=_SEARCHED, description="Lines read from the end; default 500.")
    ] = None,
    cluster: Cluster = None,
) -> Logs:
    """Read the end of a container's log, repeated lines folded, secrets removed."""
    age = seconds(since) if since else None
    connection = await clusters.connect(cluster)
    found = await connection.get(await connection.resource("Pod"), pod, namespace)
    ref = Ref("Pod", pod, namespace)
    chosen = container or _troubled(found)
    _check(found, chosen)
    wanted_lines = lines or (_SEARCHED if grep else _LINES)
    with _explained():
        raw = await connection.log(
            ref,
            chosen,
            previous=previous,
            tail_lines=wanted_lines + BEFORE,
            since_seconds=age,
            limit_bytes=_READ,
        )
    # Redacted before it is searched: a search must not tell whether a secret contains a text.
    written = neutral(redact_text(raw)).splitlines()[-wanted_lines:]
    if len(written) == 1 and written[0].startswith(GONE):
        raise NotFoundError(
            f"the node no longer has this log of container {chosen!r}",
            hint="read the other run (previous), or k8s_events for what happened",
        )
    wanted = matching(written, grep)
    shown = fold(wanted, ((CAP if lines else BUDGET) - 1_000) // 2)
    return Logs(
        cluster=connection.cluster,
        pod=ref,
        container=chosen,
        previous=previous,
        lines=shown.lines,
        read=len(written),
        matched=len(wanted) if grep else None,
        notes=tuple(_notes(found, chosen, shown, previous=previous)),
    )


TOOL = Tool(k8s_logs, Effect.READ, "Read logs")


@contextmanager
def _explained() -> Generator[None]:
    """Say where to look when a container has written nothing, because it never started."""
    try:
        yield
    except InvalidInputError as error:
        hint = "k8s_describe shows the state of each container, and the events that explain it"
        raise ConflictError(str(error), hint=hint) from error


def _containers(pod: Manifest) -> list[str]:
    sections = ("containers", "initContainers", "ephemeralContainers")
    return [text(one, "name") for section in sections for one in items(pod, "spec", section)]


def _statuses(pod: Manifest) -> list[Manifest]:
    sections = ("initContainerStatuses", "containerStatuses")
    return [one for section in sections for one in items(pod, "status", section)]


def _troubled(pod: Manifest) -> str:
    """Return the container that failed, else the one that its owner calls the default."""
    names = _containers(pod)
    for one in _statuses(pod):
        ended = number(one, "state", "terminated", "exitCode")
        crashed = text(one, "state", "waiting", "reason") == "CrashLoopBackOff"
        if text(one, "name") in names and (ended or crashed):
            return text(one, "name")
    default = text(pod, "metadata", "annotations", _DEFAULT)
    return default if default in names else next(iter(names), "")


def _check(pod: Manifest, container: str) -> None:
    names = _containers(pod)
    if container not in names:
        raise InvalidInputError(
            f"the pod has no container {container[:80]!r}", hint=f"containers: {', '.join(names)}"
        )


def _notes(pod: Manifest, container: str, shown: Folded, *, previous: bool) -> list[str]:
    notes: list[str] = []
    if shown.dropped:
        notes.append(f"{shown.dropped} earlier lines left out; pass grep, since or lines")
    if shown.folded:
        notes.append(f"{shown.folded} repeated lines folded")
    others = [name for name in _containers(pod) if name != container]
    if others:
        notes.append(f"other containers: {', '.join(others)}")
    status = next((one for one in _statuses(pod) if text(one, "name") == container), Manifest())
    restarts = number(status, "restartCount")
    if restarts and not previous:
        notes.append(f"restarted {restarts} times; previous=true shows the run before")
    if not shown.lines and status and not truth(status, "ready"):
        reason = text(status, "state", "waiting", "reason")
        notes += [f"it waits: {reason}"] if reason else []
    return notes
