"""How much an answer shows: as much as fits on the wire, and never nothing of something."""

import json

import pytest

from clusterwright.servers.bound import success
from clusterwright.tools.answer import Answer, columns, longest


class Words(Answer):
    """Some words."""

    words: tuple[str, ...]

    def render(self) -> str:
        return "\n".join(self.words)


def page(count: int) -> Words:
    return Words(cluster="test", words=tuple(f'"{i}"\\n' for i in range(count)))


@pytest.mark.parametrize("budget", [700, 1_000, 5_000, 40_000])
def test_as_much_is_shown_as_the_budget_allows(budget: int) -> None:
    answer = longest(page, 10_000, budget)
    wire = len(success(answer).model_dump_json(by_alias=True, exclude_none=True).encode())
    assert 0 <= budget - wire < 700  # of which 500 are for what carries it
    assert len(answer.words) < 10_000


def test_all_is_shown_when_there_is_room() -> None:
    assert len(longest(page, 7, 10_000).words) == 7


def test_one_thing_is_shown_even_without_room_and_none_when_there_is_none() -> None:
    assert len(longest(page, 7, 100).words) == 1
    assert longest(page, 0, 10_000).words == ()


def test_columns_are_aligned_and_lines_not_padded() -> None:
    table = columns(("NAME", "STATE"), [("a", "Running"), ("longer", "")])
    assert table.splitlines() == ["NAME    STATE", "a       Running", "longer"]
    assert json.dumps(table).count("\\n") == 2
