"""`clusterwright fix` before servers of a cluster that only exists here."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clusterwright.agents.hub import Target
from clusterwright.cli import fix
from clusterwright.tools.finding import Finding
from tests.agents.remediate.estate import Estate


def stood_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, findings: Iterable[Finding] = ()
) -> Estate:
    """Put servers of an estate in the place of those of a real cluster."""
    made = Estate([*findings])

    def servers(*_: object) -> dict[str, Target]:
        """Return them."""
        return made.servers()

    monkeypatch.setattr(fix, "_servers", servers)
    monkeypatch.setenv("CLUSTERWRIGHT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(tmp_path / "config"))
    return made


def ran(*arguments: str) -> Result:
    return CliRunner().invoke(fix.command, arguments, catch_exceptions=False)
