"""How one run of helm ended: its output, and its own sentence on why it failed."""

import re
from dataclasses import dataclass

from clusterwright.tools.redaction import redact_text

_LOG = re.compile(r"(?:time=\S+ )?level=[A-Z]+ msg=|[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ \S+\] ")
"""The start of a line of Helm's log (slog's text form), and of client-go's (klog)."""
_ERROR = "Error: "


@dataclass(frozen=True, slots=True)
class Ran:
    """One run. Output and what was said hold what the cluster and the values hold: redact them."""

    status: int
    """0 for success; negative for the signal that ended it."""
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool = False
    cut: bool = False
    """Whether there was more output than is kept: what is here is then not whole."""

    @property
    def ok(self) -> bool:
        """Whether helm did what was asked."""
        return self.status == 0 and not self.timed_out

    @property
    def error(self) -> str:
        """Helm's own sentence on why it failed, redacted, over several lines where it has them.

        Empty after success. Where helm said nothing, what ended it.
        """
        if self.ok:
            return ""
        said = redact_text(self._sentence())
        if self.timed_out:
            late = f"helm did not end within {self.seconds:.0f} s and was stopped"
            return f"{late}: {said}" if said else late
        return said or f"helm ended with status {self.status} and said nothing"

    @property
    def log(self) -> tuple[str, ...]:
        """The lines of its log, redacted; of a failed run its error is not among them."""
        lines = self.stderr.splitlines()
        return tuple(redact_text(one) for one in lines if _LOG.match(one))

    def _sentence(self) -> str:
        lines = [one.rstrip() for one in self.stderr.splitlines() if not _LOG.match(one)]
        starts = [at for at, one in enumerate(lines) if one.startswith(_ERROR)]
        told = lines[starts[0] :] if starts else lines
        return "\n".join(told).strip().removeprefix(_ERROR)
