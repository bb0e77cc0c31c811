"""One check of an upgrade: how it went, what it rests on, and what to do."""

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.ref import Ref

_SHOWN = 5


class Status(StrEnum):
    """How a check went."""

    BLOCK = "block"
    """The upgrade is refused, or does not end."""
    WARN = "warn"
    """It goes through, at a price that should be known before."""
    NOT_CHECKED = "not checked"
    PASSED = "pass"


class Check(BaseModel):
    """One check."""

    model_config = ConfigDict(frozen=True)

    name: str
    status: Status
    said: str = Field(description="What was found; for what was not checked, why.")
    objects: tuple[Ref, ...] = Field(default=(), description="That it rests on.")
    more_objects: int = 0
    do: str = ""

    def line(self) -> str:
        """Return one line, and what to do on another."""
        more = f" and {self.more_objects} more" if self.more_objects else ""
        refs = f" ({', '.join(map(str, self.objects))}{more})" if self.objects else ""
        do = f"\n      do: {self.do}" if self.do else ""
        return f"{_SIGNS[self.status]} {self.name}: {self.said}{refs}{do}"


_SIGNS = {Status.BLOCK: "!!", Status.WARN: "! ", Status.NOT_CHECKED: "? ", Status.PASSED: "  "}


def check(name: str, status: Status, said: str, objects: Iterable[Ref] = (), do: str = "") -> Check:
    """Return a check that shows the first of the objects and counts the others."""
    found = tuple(dict.fromkeys(objects))
    more = max(0, len(found) - _SHOWN)
    return Check(
        name=name, status=status, said=said, objects=found[:_SHOWN], more_objects=more, do=do
    )


def passed(name: str, said: str) -> Check:
    """Return a check that found nothing."""
    return check(name, Status.PASSED, said)


def unknown(name: str, why: str, do: str = "") -> Check:
    """Return a check that could not be made."""
    return check(name, Status.NOT_CHECKED, why, do=do)
