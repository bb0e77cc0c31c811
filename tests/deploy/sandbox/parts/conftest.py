"""What the tests of the parts share: an empty cache, and a report whose events are remembered."""

from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.parts.report import Report, SilentReport


class _RecordingReport(SilentReport):
    """Remembers which parts were started, finished and given up."""

    def __init__(self, events: list[tuple[str, str]]) -> None:
        self.events = events

    def start(self, part: str) -> None:
        self.events.append(("start", part))

    def done(self, part: str) -> None:
        self.events.append(("done", part))

    def failed(self, part: str) -> None:
        self.events.append(("failed", part))


@pytest.fixture
def events() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def report(events: list[tuple[str, str]]) -> Report:
    return _RecordingReport(events)


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "cache"
    monkeypatch.setenv("CLUSTERWRIGHT_CACHE", str(cache))
    return cache
