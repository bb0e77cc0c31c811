"""What Helm said, without what is not the complaint, and apart where several things failed."""

import json
import re
from dataclasses import dataclass

from clusterwright.tools.redaction import redact_text

_HEAD, _TAIL = 48_000, 16_000
"""Characters that are looked at: of a longer text, its beginning and its end."""
_MOST_PARTS = 32
_MOST_VALUES = 50
_ERROR = "Error: "
_FAILED = ("Error: INSTALLATION FAILED: ", "Error: UPGRADE FAILED: ")
_NOISE = re.compile(r"(?:level=\w{1,10} |[EWIF]\d{4} \d\d:\d\d:|WARNING: |(?:walk|coalesce)\.go:)")
_WARNING = re.compile(r"would violate PodSecurity [^\n]{1,500}")
_VALUE = "Invalid value: "
_ELIDED = "{…}"
_GOT = re.compile(
    r"got &(?:value\.valueUnstructured\{Value:(?P<value>[^\n]{0,300}?)\}|\{[^\n]{0,300}?\})"
)
_DIFF = "\n@@ -"
"""How the difference begins that the API server shows of a spec, after all that it says."""
_DECODER = json.JSONDecoder()
_OUTCOMES = (
    ("has been rolled back due to", "rolled back"),
    ("has been uninstalled due to", "uninstalled"),
    (
        "an error occurred while rolling back the release. original upgrade error: ",
        "not rolled back",
    ),
    (
        "an error occurred while uninstalling the release. original install error: ",
        "not uninstalled",
    ),
    ("an error occurred while cleaning up resources. original", "not cleaned up"),
)
"""What Helm did about the failure by itself, which it tells before it."""
_SECOND = re.compile(
    r"(?:context deadline exceeded|timed out waiting for the condition|context canceled)(?=: )"
)
_COUNTED = re.compile(r"\d{1,6} errors? occurred:\s{0,9}\Z")
_ITEM = "\n\t* "
_AND = " && "
_JOINED = re.compile(
    r"\n(?=server-side apply failed for object |conflict occurred while applying object "
    r"|resource \w{1,63}/|failed to create resource: )"
)
_MAPPING = re.compile(r"(?<=\[)(?=resource mapping not found)|(?:, )(?=resource mapping not found)")
_COMPLETED = re.compile(r"uninstallation completed with (?P<count>\d{1,6}) error\(s\): ")


@dataclass(frozen=True, slots=True)
class Said:
    """The complaints of one run of Helm, each with what Helm said before it."""

    parts: tuple[str, ...]
    outcome: str
    """What Helm did about it by itself; empty for nothing."""
    warning: str
    """What the API server warned of before: pods that it is going to refuse."""


def heard(text: str) -> Said:
    """Return the complaints in what helm printed, a record tells, or the API server answered."""
    shown = redact_text(text)
    warned = _WARNING.search(shown)
    said = "\n".join(map(_without_values, _bounded(_complaint(shown)).split("\n"))).strip()
    outcome = next((what for words, what in _OUTCOMES if words in said), "")
    pieces = [said]
    if outcome.startswith("not ") and (end := _SECOND.search(said)):
        pieces = [said[: end.end()], said[end.end() + 2 :]]
    parts = [part.partition(_DIFF)[0] for piece in pieces for part in _parts(piece)]
    return Said(tuple(parts[:_MOST_PARTS]), outcome, _plain(warned[0]) if warned else "")


def _complaint(text: str) -> str:
    """Return what follows `Error: `, else all that is no log line.

    The first one that names the operation counts, as a chart's message may go on with such a line;
    else the last one, as logs of hooks come before.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    begins = [i for i, line in enumerate(lines) if line.startswith(_ERROR)]
    if begins:
        at = next((i for i in begins if lines[i].startswith(_FAILED)), begins[-1])
        lines = [lines[at].removeprefix(_ERROR), *lines[at + 1 :]]
    kept = [line for line in lines if not _NOISE.match(line)]
    if any(line.strip() for line in kept):
        return "\n".join(kept).strip()
    return _plain(text)


def _plain(logged: str) -> str:
    return logged.replace('\\"', '"').replace("\\n", "\n").strip()


def _bounded(text: str) -> str:
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def _without_values(line: str) -> str:
    """Return a line without whole objects that the API server quotes: they hold secrets."""
    begins, pieces, done = 0, list[str](), 0
    while done < _MOST_VALUES and (found := line.find(_VALUE, begins)) >= 0:
        done += 1
        value = found + len(_VALUE)
        end = _end_of_value(line, value)
        pieces += [line[begins:value], _ELIDED if end > value else ""]
        begins = end
    return _GOT.sub(_without_value, "".join([*pieces, line[begins:]]))


def _without_value(found: re.Match[str]) -> str:
    value = found["value"] or ""
    if value in {"true", "false"}:
        return "got a boolean"
    return "got a number" if value[:1].isdecimal() or value[:1] == "-" else "got another type"


def _end_of_value(line: str, begins: int) -> int:
    """Return where an object or a list ends; what is no JSON ends before the last reason."""
    if line[begins : begins + 1] not in {"{", "["} and not line.startswith("v1.", begins):
        return begins
    try:
        return _DECODER.raw_decode(line, begins)[1]
    except (json.JSONDecodeError, RecursionError):
        closed = max(line.rfind("}: ", begins), line.rfind("]: ", begins))
        return closed + 1 if closed >= 0 else len(line)


def _parts(text: str) -> list[str]:
    if _ITEM in text:
        before, *found = text.split(_ITEM)
        return [f"{_COUNTED.sub('', before)}{one.strip()}" for one in found]
    if len(found := _MAPPING.split(text)) > 1:
        before = found[0].removesuffix("[")
        return [f"{before}{one.removesuffix(']')}" for one in found[1:]]
    if (done := _COMPLETED.search(text)) and done["count"] != "1":
        return [one.strip() for one in text[done.end() :].split("; ")]
    return [part for one in text.split(_AND) for part in _lines(one)]


def _lines(text: str) -> list[str]:
    """Return what stands on lines of their own, each with what it says of all of them."""
    first, *more = _JOINED.split(text)
    place = re.search(r"(?:failed (?:pre|post)-install|hooks failed): ", first)
    before = first[: place.end()] if place and more else ""
    return [first, *(f"{before}{one}" for one in more)]
