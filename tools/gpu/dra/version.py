"""Versions as selectors compare them: those of Semantic Versioning 2.0.0."""

import re
from dataclasses import dataclass, field

_FORM = re.compile(
    r"(0|[1-9]\d{0,17})\.(0|[1-9]\d{0,17})\.(0|[1-9]\d{0,17})"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(\+[0-9A-Za-z.-]+)?\Z"
)


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version; what was built (`+...`) orders none before another."""

    numbers: tuple[int, ...]
    released: bool
    """A pre-release comes before what it leads to."""
    before: tuple[tuple[bool, int, str], ...] = field(default=())
    """The parts of a pre-release: numbers come before words."""

    @classmethod
    def read(cls, spelled: object) -> "Version | None":
        """Read a version; None for what is none."""
        found = _FORM.match(spelled) if isinstance(spelled, str) else None
        if found is None:
            return None
        parts = found[4].split(".") if found[4] else []
        before = tuple((not one.isdigit(), int(one) if one.isdigit() else 0, one) for one in parts)
        return cls((int(found[1]), int(found[2]), int(found[3])), not parts, before)
