"""Who calls a tool that writes, and what a person said when asked for consent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Tell: TypeAlias = Callable[[float, float, str], Awaitable[None]]
"""Reports to a client how far the work is: done, of all, in words."""


class Said(StrEnum):
    """The answer to the question that a tool asks before it writes."""

    YES = "yes"
    NO = "no"
    CANCELLED = "cancelled"
    UNABLE = "unable"
    """The client cannot ask anybody."""
    NOT_ASKED = "not asked"
    """There was no need: a policy or a signed approval covers it."""


async def silent(_done: float, _total: float, _message: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The client, and the person behind it."""

    name: str = ""
    said: Said = Said.UNABLE
    tell: Tell = silent
