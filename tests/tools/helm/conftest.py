"""The real helm, built and pinned as the sandbox does."""

from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport
from clusterwright.tools.helm.client.program import SETTING, Program, find_program


@pytest.fixture(scope="session")
def helm_path() -> Path:
    return ensure_binaries(["helm"], SilentReport())["helm"]


@pytest.fixture
async def helm(helm_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    monkeypatch.setenv(SETTING, str(helm_path))
    return await find_program()
