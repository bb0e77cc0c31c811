"""What a chart is, and what comes of it with values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry

from clusterwright.tools.manifest import Json, Manifest, mapping, texts


@dataclass(frozen=True, slots=True)
class Release:
    """What a chart is installed as."""

    name: str
    namespace: str


Render = Callable[[Release, Manifest], list[Manifest]]


def nothing(_release: Release, _values: Manifest) -> list[Manifest]:
    """Return what a chart without templates makes."""
    return []


@dataclass(frozen=True, slots=True)
class Chart:
    """One version of a chart."""

    name: str
    version: str
    description: str = ""
    values: Mapping[str, Json] = field(default_factory=dict[str, Json])
    schema: Mapping[str, Json] = field(default_factory=dict[str, Json])
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    """As k0rdent reads them: providers, contracts and the Kubernetes version."""
    render: Render = nothing

    def with_defaults(self, values: Manifest) -> Manifest:
        """Return values over the chart's own."""
        return _over(dict(self.values), values)

    def complaint(self, values: Manifest) -> str:
        """Return what Helm says where values break the schema; empty where they keep it.

        Words: helm/helm pkg/chart/common/util/jsonschema.go, and santhosh-tekuri/jsonschema.
        """
        # Without a registry it would fetch what a schema refers to; its types are not exact.
        checked = cast("Any", Draft202012Validator(dict(self.schema), registry=Registry()))
        found: list[ValidationError] = list(checked.iter_errors(self.with_defaults(values)))
        errors = sorted(found, key=_place)
        if not errors:
            return ""
        lines = "\n".join(f"- at '{_place(one)}': {_words(one)}" for one in errors)
        return (
            "values don't meet the specifications of the schema(s) in the following chart(s):\n"
            f"{self.name}:\n{lines}"
        )


def _over(below: Manifest, above: Manifest) -> Manifest:
    return below | {
        key: _over(mapping(below, key), mapping(value)) if isinstance(value, dict) else value
        for key, value in above.items()
    }


def _place(error: ValidationError) -> str:
    return "".join(f"/{one}" for one in error.absolute_path)


def _words(error: ValidationError) -> str:
    wanted: Json = error.validator_value
    match error.validator:
        case "type":
            return f"got {_type(error.instance)}, want {wanted}"
        case "enum":
            return f"value must be one of {_listed(wanted)}"
        case "required":
            missing = [one for one in texts({"": wanted}, "") if one not in mapping(error.instance)]
            return f"missing property {_listed(missing)}"
        case "minimum" | "maximum":
            return f"{error.validator}: got {error.instance}, want {wanted}"
        case "additionalProperties":
            known = mapping(error.schema, "properties")
            more = [one for one in mapping(error.instance) if one not in known]
            return f"additional properties {_listed(more)} not allowed"
        case _:
            return error.message


def _listed(found: Sequence[str]) -> str:
    return ", ".join(f"'{one}'" for one in found)


def _type(value: Json) -> str:
    if isinstance(value, bool):
        return "boolean"
    known = (str, "string"), (dict, "object"), (list, "array"), (int | float, "number")
    return next((name for kind, name in known if isinstance(value, kind)), "null")
