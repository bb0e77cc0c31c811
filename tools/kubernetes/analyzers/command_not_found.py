"""Containers whose command is not in their image or cannot be executed."""

import re

from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.pod import Container, message_of
from clusterwright.tools.manifest import Manifest, number, text, texts

CODE = "pod/command-not-found"

_NO_COMMAND = re.compile(
    r"executable file not found|no such file or directory|permission denied|exec format error"
    r"|is a directory",
    re.IGNORECASE,
)
_EXEC = re.compile(r"(?:exec|stat|chdir|starting container process)[^\n]{0,200}", re.IGNORECASE)
_START_REASONS = frozenset({"StartError", "ContainerCannotRun", "RunContainerError"})
_SHELL_CODES = {126: "cannot be executed", 127: "is not found"}
_WHY = (
    ("permission denied", "is not executable"),
    ("exec format error", "is built for another architecture"),
    ("is a directory", "is a directory"),
)


def suspect(case: Case, container: Container) -> Finding | None:
    """Return a finding when the runtime or a shell says that there is nothing to execute."""
    ended, waiting = container.terminated, container.waiting
    message = message_of(ended) or message_of(waiting)
    path, reason = _where(container, ended, waiting)
    code = number(ended, "exitCode")
    if reason in _START_REASONS and _NO_COMMAND.search(message) and _EXEC.search(message):
        why = next((said for sign, said in _WHY if sign in message.lower()), "is not in its image")
        value = f"{reason}: {message}"
    elif code in _SHELL_CODES and not container.ready:
        why, value = _SHELL_CODES[code], f"exit code {code}"
        path = path.replace(".reason", ".exitCode")
    else:
        return None
    command = _command(container)
    name = container.name
    sentence = f'Command {command} of container "{name}" {why}'
    fix = f'Correct the command of container "{name}", or use an image that has it.'
    return case.finding(CODE, sentence, (case.field(path, value),), fixes=(fix,))


def _where(container: Container, ended: Manifest, waiting: Manifest) -> tuple[str, str]:
    if text(ended, "reason"):
        which = "state" if "terminated" in (container.status.get("state") or {}) else "lastState"
        return container.path(which, "terminated", "reason"), text(ended, "reason")
    return container.path("state", "waiting", "reason"), text(waiting, "reason")


def _command(container: Container) -> str:
    """Return the program as the specification names it; the image's own when it does not."""
    words = texts(container.spec, "command") or texts(container.spec, "args")
    return f'"{words[0][:60]}"' if words else "of the image"
