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


@dataclass(frozen=True, slots=True)
class Write:
    """One request that changes one object.

    `body` is the object to create or to apply, a JSON merge patch, or the options of a deletion.
    `uid` and `version` are those of the object that was read; empty where it must not exist yet.
    """

    verb: Verb
    ref: Ref
    body: Manifest
    uid: str = ""
    version: str = ""
