"""`clusterwright diagnose` run in this process, and the server that answers it as told."""

import shlex
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from clusterwright.cli.diagnose import command

SERVER = Path(__file__).with_name("problem_server.py")


def spec(mode: str) -> str:
    """Return the server that answers in a mode, as `--server` takes it."""
    return shlex.join([sys.executable, str(SERVER), mode])


def diagnose(*arguments: str) -> Result:
    """Return what the command says, at a width at which no line is broken."""
    return CliRunner(env={"COLUMNS": "200"}).invoke(command, list(arguments))
