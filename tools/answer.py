"""What a tool returns: a typed result, and the same facts in a few lines for a model to read."""

import json
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

_A = TypeVar("_A", bound="Answer")

BUDGET = 10_000
"""Bytes that an answer takes by default, text and structured content together."""
CAP = 40_000
"""Bytes that neither text nor structured content may exceed, whatever was asked for."""
_ENVELOPE = 500
"""Bytes of an answer that are neither: JSON-RPC, and the server's name in the era 2026-07-28."""
_LEAST = 20
"""Bytes that anything shown takes, in text and structured content together."""


class Answer(BaseModel, ABC):
    """A tool's result: structured content is the model itself, text content is `render()`."""

    model_config = ConfigDict(frozen=True)

    cluster: str = Field(description="The cluster that answered.")

    @abstractmethod
    def render(self) -> str:
        """Return the answer for a reader: problems first, healthy things counted, columns."""


def longest(make: Callable[[int], _A], most: int, budget: int) -> _A:
    """Return `make(n)`, which shows n things, with the largest n up to `most` that fits the budget.

    At least one thing is shown if there is any. `make` must take more bytes for more things.
    """
    most = min(most, budget // _LEAST)
    fitting = bisect_right(range(1, most + 1), budget, key=lambda n: _bytes(make(n)))
    return make(max(fitting, min(most, 1)))


def _bytes(answer: Answer) -> int:
    """Return what an answer takes on the wire, where its text is a JSON string."""
    structured = answer.model_dump_json(exclude_none=True)
    text = json.dumps(answer.render(), ensure_ascii=False)
    return len(structured.encode()) + len(text.encode()) + _ENVELOPE


def columns(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return rows under a header, columns two spaces apart, none padded at the line's end."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [header, *rows]
    )
