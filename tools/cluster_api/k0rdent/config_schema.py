"""Config of a ClusterDeployment, judged by the JSON schema of its template's chart."""

import difflib
import json
from collections.abc import Iterator

from jsonschema_rs import Draft202012Validator

from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.field_path import MISSING, read
from clusterwright.tools.manifest import Manifest, mapping, texts
from clusterwright.tools.quotation import word
from clusterwright.tools.redaction import REDACTED, redact
from clusterwright.tools.schema import Violation, broken, limit

_LONGEST, _MOST, _CHOICES = 80, 5, 30


def over(defaults: Manifest, config: Manifest) -> Manifest:
    """Return config over a chart's defaults, as Helm joins them: null takes a default away."""
    joined = dict(defaults)
    for key, value in config.items():
        below = mapping(joined, key)
        if value is None:
            joined.pop(key, None)
        else:
            nested = isinstance(value, dict) and below
            joined[key] = over(below, mapping(config, key)) if nested else value
    return joined


def violations(schema: Manifest, values: Manifest) -> list[str] | None:
    """Return what a schema does not take of values; None where it cannot be judged here."""
    found = broken(Draft202012Validator, schema, values)
    if found is None:
        return None
    safe = redact(values)
    return list(dict.fromkeys(_told(one, safe) for one in found))


def unknown(schema: Manifest, defaults: Manifest, config: Manifest) -> Iterator[str]:
    """Yield the values that neither schema nor defaults know: the chart may ignore them."""
    known = {*mapping(schema, "properties"), *defaults}
    odd = [name for name in config if name not in known] if known else []
    for name in odd[:_MOST]:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        meant = f"; did you mean {word(near[0])}?" if near else ""
        yield f"{word(one_line(name, _LONGEST))} is no value that the template names{meant}"
    if len(odd) > _MOST:
        yield f"and {len(odd) - _MOST} more are no values that the template names"


def _told(one: Violation, safe: Manifest) -> str:
    """Return what is wrong, of a value only what the redacted values have in its place."""
    path = one.path
    name = ".".join(str(part) for part in path)
    found = read(safe, path)
    value = one_line(json.dumps(REDACTED if found is MISSING else found), _LONGEST)
    about = f"{name} is {value}, but " if path and not isinstance(one.instance, dict) else ""
    place = f"{name}: " if path and not about else ""
    return f"{about}{place}{_rule(one)}"


def _rule(one: Violation) -> str:
    wanted = one.wanted
    given = mapping({"": one.instance}, "")
    match one.rule:
        case "type":
            return f"must be of type {wanted}"
        case "enum":
            return f"must be one of {few([json.dumps(choice) for choice in wanted], _CHOICES)}"
        case "required":
            missing = [key for key in texts({"": wanted}, "") if key not in given]
            return f"{', '.join(missing)} must be given"
        case "additionalProperties":
            return "has a field that the template does not take"
        case _:
            return limit(one)
