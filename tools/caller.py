"""Who calls a tool that writes, and what a person said when asked for consent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum


class Said(StrEnum):
    """The answer to the question that a tool asks before it writes."""

    YES = "yes"
    NO = "no"
    CANCELLED = "cancelled"
    UNABLE = "unable"
    """The client cannot ask anybody."""
    NOT_ASKED = "not asked"
    """There was no need: a policy or a signed approval covers it."""


async def _silent(_done: float, _total: float, _message: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The client, and the person behind it."""

    name: str = ""
    said: Said = Said.UNABLE
    tell: Callable[[float, float, str], Awaitable[None]] = _silent
    """Report how far the work is: done, of all, in words."""
