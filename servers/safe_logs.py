"""What the server logs, without secrets: exceptions quote what they choked on."""

import logging
import re

from clusterwright.tools.redaction import REDACTED, redact_text

_PLUGIN = re.compile(r"(exec: process returned -?\d+\. ).*", re.DOTALL)
"""What a login plugin wrote to its standard error before it failed, as `kubernetes` logs it."""


class SafeFormatter(logging.Formatter):
    """Formats records of any logger, tracebacks included, and takes secrets out of the whole."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as text."""
        return redact_text(_PLUGIN.sub(rf"\1{REDACTED}", super().format(record)))


def log_to_stderr() -> None:
    """Log warnings and worse, unless the program that we are part of has its own way."""
    handler = logging.StreamHandler()
    handler.setFormatter(SafeFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
