"""What a person answers to the questions of a remedy, put where the remedy asks.

Only values of fields can be told so, and none of a Secret: a shell keeps what is typed.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from clusterwright.agents.diagnose.diagnosis import RootCause, named
from clusterwright.agents.remediate.found import Found
from clusterwright.agents.remediate.questions import question_of, questions_in
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.finding import Remedy
from clusterwright.tools.manifest import Json, Manifest, mapping, text

_COUNTS = "how many"
"""How a question begins that a number answers."""
_LABEL = "labels["


def answerable(remedy: Remedy) -> bool:
    """Return whether all that a remedy asks for are values of fields, which a line can tell."""
    asked = [
        question
        for change in remedy.changes
        if text(change, "kind") == "patch" and _kind(change) != "Secret"
        for value in mapping(change, "set").values()
        if (question := question_of(value)) is not None
    ]
    return bool(asked) and set(asked) == set(questions_in(remedy))


def answered(found: Found, root: RootCause, told: Sequence[str]) -> Found:
    """Return a look in which a root cause has, as its only remedy, the first that asks, answered.

    Raises InvalidInputError for answers that do not fit its questions, one each, in their order.
    """
    asking = (
        (finding, remedy)
        for _, finding in found.sources(root)
        for remedy in finding.remedies
        if questions_in(remedy)
    )
    about = named(root.code, root.subject)
    finding, remedy = next(asking, (None, None))
    if finding is None or remedy is None:
        raise InvalidInputError(f"nothing is asked about {about}", hint="leave --tell out")
    questions = questions_in(remedy)
    if not answerable(remedy):
        raise InvalidInputError(
            f"what is asked about {about} cannot be told so: {'; '.join(questions)}",
            hint="make this change by hand",
        )
    if len(told) != len(questions):
        raise InvalidInputError(
            f"{about}: answers told: {len(told)}, questions: {len(questions)}",
            hint=f"tell, each with a --tell: {'; '.join(questions)}",
        )
    filled = _filled(remedy, dict(zip(questions, told, strict=True)))
    whole = finding.model_copy(update={"remedies": (filled,)})
    answers = tuple(
        replace(one, findings=tuple(whole if it is finding else it for it in one.findings))
        for one in found.answers
    )
    return replace(found, answers=answers)


def _filled(remedy: Remedy, told: dict[str, str]) -> Remedy:
    changes = tuple(
        {**one, "set": {at: _value(one, at, it, told) for at, it in mapping(one, "set").items()}}
        if "set" in one
        else one
        for one in remedy.changes
    )
    return remedy.model_copy(update={"changes": changes})


def _value(change: Manifest, at: str, asked: Json, told: dict[str, str]) -> Json:
    """Return what stands in a field: text as a rule, JSON for an object or a list.

    A number or a truth is none of a label's, and only where the question asks for one.
    """
    question = question_of(asked)
    if question is None:
        return asked
    said = told[question]
    if question.startswith(_COUNTS) and said.isdecimal():
        return int(said)
    if said in {"true", "false"} and question.startswith(f"{said},") and _LABEL not in at:
        return said == "true"
    if _kind(change) == "ConfigMap" or not said.startswith(("{", "[")):
        return said
    try:
        value: Json = json.loads(said)
    except ValueError as error:
        raise InvalidInputError(
            f"{said[:80]!r} begins as JSON, and is none: {error}", hint=f"tell: {question}"
        ) from error
    return value


def _kind(change: Manifest) -> str:
    return text(change, "object").partition("/")[0]
