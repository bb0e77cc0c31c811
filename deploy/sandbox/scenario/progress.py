"""How far a scenario is, for whoever shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from clusterwright.deploy.sandbox.scenario.model import Rendered


@dataclass(frozen=True)
class Progress:
    """One scenario at one moment; `unmet` holds a line for each condition that is not true yet."""

    rendered: Rendered
    unmet: tuple[str, ...]
    done: bool = False
    seconds: float = 0.0


Report: TypeAlias = Callable[[Progress], None]


def silent(_progress: Progress) -> None:
    """Report to no one."""
