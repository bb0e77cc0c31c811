"""The ignore file: which root causes nobody has to hear of, who says so, why, and until when."""

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import cast

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from clusterwright.agents.diagnose.diagnosis import RootCause, Symptom
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.yaml_loader import SafeLoader

_HINT = (
    "an entry has a code, a subject or a cluster (with * for anything), and an owner, a reason and "
    "expires: a date as 2027-01-31"
)


class _Written(BaseModel):
    """An entry as it stands in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True)

    code: str = Field(default="*", min_length=1)
    subject: str = Field(default="*", min_length=1)
    cluster: str = Field(default="*", min_length=1)
    owner: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    expires: date

    @field_validator("expires", mode="before")
    @classmethod
    def _day(cls, written: object) -> object:
        """Take a day, quoted or not, and no time of a day."""
        if isinstance(written, str):
            return date.fromisoformat(written)
        return str(written) if isinstance(written, datetime) else written

    @model_validator(mode="after")
    def _says_what(self) -> "_Written":
        if not self.model_fields_set & {"code", "subject", "cluster"}:
            raise ValueError("it does not say what to ignore")
        return self


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: globs of code, subject and cluster, all of which have to match."""

    place: str
    """Where it stands: `entry 2 (line 7)`."""
    code: str
    subject: str
    cluster: str
    owner: str
    reason: str
    expires: date

    def matches(self, one: RootCause | Symptom, cluster: str) -> bool:
        """Tell whether it names a finding in a cluster, expired or not."""
        return (
            fnmatchcase(one.code, self.code)
            and fnmatchcase(str(one.subject), self.subject)
            and fnmatchcase(one.cluster or cluster, self.cluster)
        )

    def is_about(self, clusters: Collection[str]) -> bool:
        """Tell whether it can name anything in some clusters."""
        return any(fnmatchcase(one, self.cluster) for one in clusters)

    def expired(self, today: date) -> bool:
        """Tell whether its last day is over."""
        return self.expires < today


def holding(entries: Iterable[Entry], today: date) -> list[Entry]:
    """Return the entries that have not expired."""
    return [one for one in entries if not one.expired(today)]


def parse_ignore_file(text: str, name: str) -> tuple[Entry, ...]:
    """Return the entries of a file; raise InvalidInputError naming what is wrong in which line."""
    try:
        root = yaml.compose(text, SafeLoader)
        content = cast("object", yaml.load(text, SafeLoader))  # noqa: S506 - it is the safe one
    except (yaml.YAMLError, ValueError) as error:  # a day that no month has is a bare ValueError
        raise InvalidInputError(
            f"{name} is not YAML: {one_line(str(error))}", hint=_HINT
        ) from error
    if content is None:
        return ()
    if not isinstance(root, yaml.SequenceNode) or not isinstance(content, list):
        raise InvalidInputError(
            f"{name} is not a list", hint=f"each entry starts with '- '; {_HINT}"
        )
    nodes, values = cast("list[yaml.Node]", root.value), cast("list[object]", content)
    return tuple(
        _entry(name, f"entry {number} (line {node.start_mark.line + 1})", node, value)
        for number, (node, value) in enumerate(zip(nodes, values, strict=True), 1)
    )


def _entry(name: str, place: str, node: yaml.Node, value: object) -> Entry:
    wrong = _repeated(node)
    try:
        written = _Written.model_validate(value)
    except ValidationError as error:
        wrong += [_wrong(one) for one in error.errors()]
        written = None
    if wrong or written is None:
        raise InvalidInputError(f"{name}, {place}: {'; '.join(wrong)}", hint=_HINT)
    return Entry(place, **written.model_dump())


def _repeated(node: yaml.Node) -> list[str]:
    """Tell keys that an entry has twice, of which YAML would keep the last without a word."""
    if not isinstance(node, yaml.MappingNode):
        return []
    keys = [str(key.value) for key, _ in cast("list[tuple[yaml.Node, yaml.Node]]", node.value)]
    return [f"{key!r} is there twice" for key in dict.fromkeys(keys) if keys.count(key) > 1]


def _wrong(error: ErrorDetails) -> str:
    key = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "missing":
            return f"{key!r} is missing"
        case "extra_forbidden":
            near = difflib.get_close_matches(key, _Written.model_fields, n=1)
            return f"{key!r} is not known" + (f", did you mean {near[0]!r}?" if near else "")
        case "value_error" | "date_type" if key == "expires":
            return f"'expires' is {str(error['input'])!r}, which is no date"
        case "value_error":
            return str(error.get("ctx", {}).get("error", error["msg"]))
        case _ if not key:
            return f"{one_line(str(error['input']), 60)!r} is no mapping"
        case _:
            return f"{key!r} is {one_line(str(error['input']), 60)!r}: {error['msg'].lower()}"
