"""Containers whose command is not in their image or cannot be executed."""

import re

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.crash_loop import START_REASONS, recovered
from clusterwright.tools.kubernetes.analyzers.pod import Container, message_of
from clusterwright.tools.manifest import Manifest, number, text, texts

CODE = "pod/command-not-found"

_NO_COMMAND = re.compile(
    r"executable file not found|no such file or directory|permission denied|exec format error"
    r"|is a directory",
    re.IGNORECASE,
)
_EXEC = re.compile(r"\b(?:exec|stat|chdir|starting container process)\b", re.IGNORECASE)
_SHELL_CODES = {126: "cannot be executed", 127: "is not found"}
_WHY = (
    ("permission denied", "is not executable"),
    ("exec format error", "is built for another architecture"),
    ("is a directory", "is a directory"),
)


def suspect(case: Case, container: Container) -> Finding | None:
    """Return a finding when the runtime or a shell says that there is nothing to execute."""
    ended, waiting = container.terminated, container.waiting
    if recovered(case, container):
        return None
    message = message_of(ended) or message_of(waiting)
    path, reason = _where(container, ended, waiting)
    name, command = container.name, _command(container)
    if reason in START_REASONS and _NO_COMMAND.search(message) and _EXEC.search(message):
        why = next((said for sign, said in _WHY if sign in message.lower()), "is not in its image")
        sentence, value = f'Command {command} of container "{name}" {why}', f"{reason}: {message}"
    elif (code := number(ended, "exitCode")) in _SHELL_CODES and not container.ready:
        # The runtime found what it was to start; it is a command of that script that is missing.
        sentence = f'Container "{name}" exits with {code}: a command that it runs'
        sentence, value = f"{sentence} {_SHELL_CODES[code]}", str(code)
        path = path.replace(".reason", ".exitCode")
    else:
        return None
    fix = f'Correct the command of container "{name}", or use an image that has it.'
    since = case.failing_since(ended)
    return case.finding(CODE, sentence, (case.field(path, value),), fixes=(fix,), since=since)


def _where(container: Container, ended: Manifest, waiting: Manifest) -> tuple[str, str]:
    if text(ended, "reason"):
        path = container.path(container.ended_in, "terminated", "reason")
        return path, text(ended, "reason")
    return container.path("state", "waiting", "reason"), text(waiting, "reason")


def _command(container: Container) -> str:
    """Return the program as the specification names it; the image's own when it does not."""
    words = texts(container.spec, "command") or texts(container.spec, "args")
    return f'"{one_line(words[0], 60)}"' if words else "of the image"
