"""The variables that a ClusterClass takes, with what each may be."""

import json
from collections.abc import Iterator
from typing import Self, cast

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Json, Manifest, dig, items, mapping, text, truth
from clusterwright.tools.quotation import word
from clusterwright.tools.redaction import redact

_LIMITS = (
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minItems",
    "maxItems",
)
_MOST_CHOICES = 30
_INLINE = "inline"
"""`from` of a definition in the class itself (api/core/v1beta2, VariableDefinitionFromInline)."""


class Variable(BaseModel):
    """One variable, as its OpenAPI schema describes it."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: str = ""
    required: bool = False
    default: str = Field(default="", description="As JSON.")
    choices: tuple[str, ...] = Field(default=(), description="The only values there are, as JSON.")
    limits: dict[str, str] = Field(default_factory=dict, description="As in JSON schema.")
    fields: tuple[str, ...] = Field(default=(), description="Of an object.")
    description: str = ""
    origin: str = Field(default="", description="The patch that defines it, if not the class.")
    conflict: bool = Field(default=False, description="Its definitions contradict each other.")

    @classmethod
    def of(cls, name: str, definition: Manifest, *, conflict: bool) -> Self:
        """Return a variable of one of its definitions."""
        schema = mapping(definition, "schema", "openAPIV3Schema")
        origin = text(definition, "from")
        return cls(
            name=name,
            type=text(schema, "type"),
            required=truth(definition, "required"),
            default=_json(_safe(name, schema["default"])) if "default" in schema else "",
            choices=tuple(_json(one) for one in _listed(schema.get("enum"))),
            limits={key: _json(schema[key]) for key in _LIMITS if key in schema},
            fields=tuple(sorted(mapping(schema, "properties"))),
            description=one_line(text(schema, "description"), 200),
            origin="" if origin == _INLINE else origin,
            conflict=conflict,
        )

    def line(self) -> str:
        """Return one line for a reader."""
        facts = [word(self.type) or "any", "required" if self.required else "optional"]
        facts += [f"default {self.default}"] if self.default else []
        facts += [f"one of {', '.join(self.choices)}"] if self.choices else []
        facts += [f"{key} {value}" for key, value in self.limits.items()]
        facts += [f"fields {', '.join(map(word, self.fields))}"] if self.fields else []
        facts += [f"from patch {word(self.origin)}"] if self.origin else []
        facts += ["its definitions conflict"] if self.conflict else []
        said = f" | {self.description}" if self.description else ""
        return f"{word(self.name)}: {', '.join(facts)}{said}"


def variables_of_class(found: Manifest) -> Iterator[Variable]:
    """Yield the variables that a class has; what its status says comes before its spec.

    The status alone has those that a runtime extension defines (api/core/v1beta2,
    ClusterClassStatusVariable).
    """
    known: set[str] = set()
    for one in items(found, "status", "variables"):
        name = text(one, "name")
        for definition in items(one, "definitions"):
            known.add(name)
            conflict = truth(one, "definitionsConflict")
            yield Variable.of(name, definition, conflict=conflict)
    for one in items(found, "spec", "variables"):
        if text(one, "name") not in known:
            yield Variable.of(text(one, "name"), one | {"from": _INLINE}, conflict=False)


def has_hops_planned(class_: Manifest | None) -> bool:
    """Return whether a runtime extension plans over which versions clusters are upgraded."""
    return bool(text(class_, "spec", "upgrade", "external", "generateUpgradePlanExtension"))


def workers_of(found: Manifest) -> tuple[str, ...]:
    """Return the classes of pools that a ClusterClass has."""
    return tuple(
        text(one, "class")
        for kind in ("machineDeployments", "machinePools")
        for one in items(dig(found, "spec", "workers"), kind)
    )


def _safe(name: str, value: Json) -> Json:
    """Return a value as it may be shown under its name, which can tell that it is a secret."""
    return mapping(redact({name: value})).get(name)


def _listed(value: Json) -> list[Json]:
    return cast("list[Json]", value)[:_MOST_CHOICES] if isinstance(value, list) else []


def _json(value: Json) -> str:
    return one_line(json.dumps(value, ensure_ascii=False), 120)
