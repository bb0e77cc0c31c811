"""A write as a change asks for it: a verb, an object, and what was read of it."""

from dataclasses import dataclass
from enum import StrEnum

from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref


class Verb(StrEnum):
    """What a write does to its object."""

    CREATE = "create"
    PATCH = "patch"
    APPLY = "apply"
    DELETE = "delete"
    EVICT = "evict"
    RUN = "run"
    """A domain's own program does it: its `ref` is no object."""


@dataclass(frozen=True, slots=True)
class Write:
    """One request that changes one object.

    `body` is the object to create or to apply, a JSON merge patch, the options of a deletion, or
    what a program is run for.
    `uid` and `version` are those of the object that was read; empty where it must not exist yet.
    """

    verb: Verb
    ref: Ref
    body: Manifest
    uid: str = ""
    version: str = ""
    manager: str = ""
    """In whose name fields are written; empty: in ours."""
    force: bool = False
    """Whether an apply takes fields from other managers."""
    strict: bool = False
    """Whether a field that the API does not know is an error, and not only a warning."""
