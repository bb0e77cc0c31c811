"""What a tool returns: a typed result, and the same facts in a few lines for a model to read."""

from abc import ABC, abstractmethod

from pydantic import BaseModel, ConfigDict, Field

BUDGET = 10_000
"""Bytes that an answer takes by default, text and structured content together."""
CAP = 40_000
"""Bytes that neither text nor structured content may exceed, whatever was asked for."""


class Answer(BaseModel, ABC):
    """A tool's result: structured content is the model itself, text content is `render()`."""

    model_config = ConfigDict(frozen=True)

    cluster: str = Field(description="The cluster that answered.")

    @abstractmethod
    def render(self) -> str:
        """Return the answer for a reader: problems first, healthy things counted, columns."""


def columns(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return rows under a header, columns two spaces apart, none padded at the line's end."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [header, *rows]
    )
