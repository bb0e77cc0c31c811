"""The existing name that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(wanted: str, existing: Iterable[str]) -> str:
    """Return the most similar of the existing names, or nothing when none is similar."""
    found = get_close_matches(wanted, sorted(set(existing) - {wanted}), n=1, cutoff=0.6)
    return found[0] if found else ""
