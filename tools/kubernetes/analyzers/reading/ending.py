"""Why a container keeps ending: one cause for each, the most specific that can be proven."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from clusterwright.tools.kubernetes.analyzers.reading.container import (
    Container,
    containers,
    troubled_pods,
)
from clusterwright.tools.kubernetes.analyzers.reading.failed_jobs import pods_of_failed_jobs
from clusterwright.tools.kubernetes.analyzers.reading.occurrence import (
    age,
    elapsed,
    field_path,
    latest,
    message,
)
from clusterwright.tools.manifest import Manifest, instant, mapping, number, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot, last_seen

Cause = Literal["memory", "command", "probe", "exit"]

_OOM_IS_RECENT = timedelta(minutes=10)
_JUST_STARTED = timedelta(seconds=30)
_SETTLED = timedelta(minutes=2)
_OFTEN = 2
_SIGNALLED = frozenset({0, 137, 143})
_NOT_STARTED = frozenset({"RunContainerError", "CreateContainerError"})
_NO_COMMAND = frozenset({126, 127})
_COMMAND_SIGNS = ("executable file not found", "exec format error", "exec: ")


@dataclass(frozen=True, slots=True)
class Ending:
    """A container that ended and ends again, why, and where that is written."""

    pod: Manifest
    container: Container
    cause: Cause
    terminated: Manifest
    """The state of the last end; empty if the runtime could not even make the container."""
    path: str
    """The JSONPath of `terminated`, or of the waiting state when that is empty."""
    kill: Manifest | None = None
    """The event that tells of a kill after a failed probe."""

    @property
    def exit_code(self) -> int:
        """The exit code of the last end."""
        return number(self.terminated, "exitCode")

    @property
    def said(self) -> str:
        """What the runtime or the container left as its message."""
        return text(self.terminated, "message") or text(self.container.waiting, "message")

    @property
    def log_is_of_previous_run(self) -> bool:
        """Whether the run that ended is the previous one rather than the current one."""
        return self.path.endswith(".lastState.terminated") and bool(self.container.restarts)


def endings(snapshot: Snapshot, cause: Cause) -> Iterator[Ending]:
    """Yield the containers that keep ending for this cause."""
    for pod in troubled_pods(snapshot):
        for container in containers(pod):
            ending = ending_of(snapshot, pod, container)
            if ending is not None and ending.cause == cause:
                yield ending
    for pod in pods_of_failed_jobs(snapshot):
        for container in containers(pod):
            ending = _ended(pod, container, None)
            if ending is not None and ending.exit_code and ending.cause == cause:
                yield ending


def ending_of(snapshot: Snapshot, pod: Manifest, container: Container) -> Ending | None:
    """Return why a container of a live pod keeps ending; None if it does not, or not any more."""
    if not container.status:
        return None
    ending = _ended(pod, container, _probe_kill(snapshot, pod, container))
    return ending if ending is not None and _goes_on(snapshot, ending) else None


def _ended(pod: Manifest, container: Container, kill: Manifest | None) -> Ending | None:
    for state in ("state", "lastState"):
        terminated = mapping(container.status, state, "terminated")
        if terminated:
            path = f"{container.status_path}.{state}.terminated"
            cause = _cause(terminated, kill)
            return Ending(pod, container, cause, terminated, path, kill)
    said = text(container.waiting, "message")
    if container.waiting_reason in _NOT_STARTED and any(s in said for s in _COMMAND_SIGNS):
        return Ending(pod, container, "command", {}, f"{container.status_path}.state.waiting")
    return None


def _cause(terminated: Manifest, kill: Manifest | None) -> Cause:
    reason, said = text(terminated, "reason"), text(terminated, "message")
    code = number(terminated, "exitCode")
    if reason == "OOMKilled" or "OOM-killed" in said:
        return "memory"
    if reason in {"StartError", "ContainerCannotRun"}:
        return "command" if any(sign in said for sign in _COMMAND_SIGNS) else "exit"
    if code in _NO_COMMAND:
        return "command"
    if kill is not None and _explains(kill, terminated, code):
        return "probe"
    return "exit"


def _explains(kill: Manifest, terminated: Manifest, code: int) -> bool:
    """Return whether the kill ended this run; the event may be older, as it is reported rarely."""
    started, seen = instant(terminated, "startedAt"), last_seen(kill)
    return code in _SIGNALLED or started is None or (seen is not None and seen >= started)


def _probe_kill(snapshot: Snapshot, pod: Manifest, container: Container) -> Manifest | None:
    def fits(event: Manifest) -> bool:
        said = message(event)
        return (
            text(event, "reason") == "Killing"
            and field_path(event) == container.field_path
            and ("failed liveness probe" in said or "failed startup probe" in said)
        )

    return latest(snapshot, Ref.of(pod), fits)


def _goes_on(snapshot: Snapshot, ending: Ending) -> bool:
    """Return whether it ends again and again, rather than once before all was well."""
    container = ending.container
    if container.waiting_reason == "CrashLoopBackOff" or not ending.terminated:
        return True
    if mapping(container.status, "state", "terminated"):
        never = text(ending.pod, "spec", "restartPolicy") == "Never"
        early = ending.cause in {"memory", "command"} or container.restarts > 0
        return early and not never and (ending.exit_code != 0 or ending.cause == "memory")
    if container.running_since is None:
        return False
    ran = elapsed(snapshot, container.running_since)
    if ending.cause == "memory":
        ended = elapsed(snapshot, instant(ending.terminated, "finishedAt"))
        return ended <= _OOM_IS_RECENT and (container.restarts >= _OFTEN or not container.ready)
    if ending.cause == "probe":
        again = container.restarts >= _OFTEN and ran < _SETTLED
        return again or not container.ready or _fails_liveness(snapshot, ending)
    often = container.restarts >= _OFTEN and ending.exit_code != 0
    return often and ran < _JUST_STARTED and (not container.ready or container.restarts > _OFTEN)


def _fails_liveness(snapshot: Snapshot, ending: Ending) -> bool:
    """Return whether the probe that killed the last run fails in the current one too."""
    container, started = ending.container, ending.container.running_since

    def fits(event: Manifest) -> bool:
        seen = last_seen(event)
        return (
            text(event, "reason") == "Unhealthy"
            and field_path(event) == container.field_path
            and message(event).startswith(("Liveness", "Startup"))
            and (seen is not None and started is not None and seen >= started)
        )

    event = latest(snapshot, Ref.of(ending.pod), fits)
    return event is not None and age(snapshot, event) < _SETTLED
