"""Run a command, hand on its lines as they come, and keep the last ones for an error."""

import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

KEPT_LINES = 25


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and the last lines that may matter of its two outputs, merged."""

    status: int
    tail: str


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    on_line: Callable[[str], bool] = lambda _line: True,
) -> Outcome:
    """Run a command to its end.

    Args:
        command: the program and its arguments; no shell reads them.
        cwd: where it runs.
        environment: all of its environment; ours if left out.
        on_line: is given each line; says whether the line may matter for an error.
    """
    tail: deque[str] = deque(maxlen=KEPT_LINES)
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        read = False
        try:
            for line in process.stdout or ():
                if on_line(line.rstrip()):
                    tail.append(line.rstrip())
            read = True
        finally:
            if not read:  # interrupted, or the caller's own failure: nobody reads on
                process.kill()
    return Outcome(process.returncode, "\n".join(tail))
