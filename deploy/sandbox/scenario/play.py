"""The part of scenario.yaml that names objects: steps, conditions, truth, cure."""

from fnmatch import fnmatchcase
from typing import Any

from pydantic import Field

from clusterwright.deploy.sandbox.scenario.card import Declared
from clusterwright.deploy.sandbox.scenario.condition import Condition
from clusterwright.deploy.sandbox.scenario.helm import Helm, Record
from clusterwright.deploy.sandbox.scenario.metrics import Silence
from clusterwright.tools.ref import Ref


class Truth(Declared):
    """A finding that must be reported, and what may be reported because of it.

    The names of `subject` and `symptoms` may end in `*`, for objects that a controller names.
    """

    code: str = Field(pattern=r"^[a-z]+/[a-z-]+$")
    subject: Ref
    evidence: str = Field(default="", description="Text that the finding's evidence must hold.")
    symptoms: tuple[Ref, ...] = Field(default=(), description="Broken only because of `subject`.")
    also_allowed: tuple[str, ...] = Field(
        default=(), description="Other codes on `subject` that say the same less precisely."
    )


class Patch(Declared):
    """A merge patch of objects whose names a controller chose, found by kind and labels."""

    kind: str = Field(description="As kubectl spells it in `get`.")
    namespace: str = Field(default="", description="If not the scenario's own.")
    labels: dict[str, str] = Field(default_factory=dict)
    node: str = Field(default="", description="Of Pods: those of this node only.")
    first: int | None = Field(
        default=None, ge=1, description="So many of them, in the order of their names; else all."
    )
    merge: dict[str, Any] = Field(description="JSON merge patch (RFC 7386): null removes a field.")
    manager: str = Field(default="", description="Field manager; else as kubectl calls itself.")
    status: bool = Field(default=False, description="Of the status, that a controller would write.")


class Step(Declared):
    """What is done, in the order of these fields, and when the next step may follow."""

    target: str = Field(default="", description="The workload cluster to act on: capi:ns/name.")
    remove: tuple[Ref, ...] = ()
    apply: str = Field(default="", description="A file beside scenario.yaml.")
    helm: tuple[Helm, ...] = ()
    patch: tuple[Patch, ...] = ()
    records: tuple[Record, ...] = Field(default=(), description="Records of releases to rewrite.")
    silences: tuple[Silence, ...] = ()
    unsilence: str = Field(default="", description="Whose silences are to end.")
    until: tuple[Condition, ...] = ()


class Play(Declared):
    """The part of scenario.yaml that names objects, filled with one seed's values."""

    images: tuple[str, ...] = Field(default=(), description="Pushed to the sandbox's registry.")
    steps: tuple[Step, ...] = (Step(apply="objects.yaml"),)
    developed: tuple[Condition, ...] = Field(min_length=1)
    truth: tuple[Truth, ...] = ()
    heal: Step | None = Field(
        default=None, description="The cure; default: objects.yaml once more, with healed values."
    )
    repaired: tuple[Condition, ...] = Field(
        default=(), description="What any right repair brings about; default: as after `heal`."
    )


def same(named: Ref, found: Ref) -> bool:
    """Return whether an object is the one that a truth names, by its name or its beginning."""
    if (named.kind, named.group, named.namespace) != (found.kind, found.group, found.namespace):
        return False
    return fnmatchcase(found.name, named.name) if named.name.endswith("*") else named == found
