"""A tool as the protocol calls it: checked arguments in, safe and bounded content out."""

import json
import logging
from typing import Any, cast

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError as SdkToolError
from mcp.server.mcpserver.tools import Tool as SdkTool
from mcp_types import CallToolResult, InputRequiredResult, TextContent
from pydantic import ValidationError

from clusterwright.servers.arguments import check_names, explain
from clusterwright.tools.answer import CAP, Answer
from clusterwright.tools.errors import InvalidInputError, ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Json
from clusterwright.tools.neutral import neutral, neutral_json
from clusterwright.tools.redaction import redact_json, redact_text

_log = logging.getLogger(__name__)
_LONGEST_ERROR = 4_000


class BoundTool(SdkTool):
    """A tool of ours in the SDK's terms; it answers every failure with a sentence to act on."""

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> CallToolResult | InputRequiredResult:
        """Return what the tool answers, what it must ask, or the error; nothing raises or leaks."""
        del convert_result  # what is returned is a result already
        try:
            check_names(arguments, self.fn_metadata.arg_model)
            answer: Answer | InputRequiredResult = await super().run(arguments, context)
            return answer if isinstance(answer, InputRequiredResult) else success(answer)
        except ToolError as error:
            return failure(error)
        except SdkToolError as error:
            cause = _alone(error.__cause__)
            if isinstance(cause, ToolError):
                return failure(cause)
            if isinstance(cause, ValidationError) and cause.title == self._arguments_title:
                return failure(explain(cause, self.fn_metadata.arg_model))
            _log.error("tool %s failed", self.name, exc_info=cause)
            return _error(
                f"[internal] {self.name} failed on its own, not because of your arguments."
                " Next: try a narrower question; the server's standard error has the trace"
            )

    @property
    def _arguments_title(self) -> str:
        return self.fn_metadata.arg_model.__name__


def _alone(error: BaseException | None) -> BaseException | None:
    """Return what a tool raised, out of the groups in which tasks that run at once raise it.

    Of several, one that is no error of ours comes first: it is a bug, and is not to be hidden.
    """
    if not isinstance(error, BaseExceptionGroup):
        return error
    group = cast("BaseExceptionGroup[BaseException]", error)
    found = [_alone(one) for one in group.exceptions]
    return next((one for one in found if not isinstance(one, ToolError)), found[0])


def success(answer: Answer) -> CallToolResult:
    """Return an answer as text and structured content, without secrets and hidden characters.

    Raises InvalidInputError when the structured content would exceed the cap.
    """
    data = structured(answer)
    return CallToolResult(content=[_text(_rendered(answer, data))], structured_content=data)


def structured(answer: Answer) -> Json:
    """Return an answer as JSON, without secrets and hidden characters.

    Raises InvalidInputError when it would exceed the cap.
    """
    data = neutral_json(redact_json(answer.model_dump(mode="json", exclude_none=True)))
    size = len(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode())
    if size > CAP:
        raise InvalidInputError(
            f"the answer would take {size} bytes, more than the {CAP} that an answer may take",
            hint="narrow the question: one namespace, one object, a lower limit",
        )
    return data


def readable(answer: Answer) -> str:
    """Return the text of an answer alone, as safe and bounded as a tool's.

    Raises InvalidInputError when its structured content would exceed the cap.
    """
    return _text(_rendered(answer, structured(answer))).text


def told(message: str, longest: int) -> str:
    """Return what is told on the way to an answer, as safe as the answer is."""
    return one_line(redact_text(message), longest)


def _rendered(answer: Answer, safe: Json) -> str:
    """Return the text of an answer, made of what is safe to show.

    Each string was made safe for itself. A text of them all, redacted as one, would lose whatever
    stands between the beginning of a key in one object and the end of it in another.
    """
    try:
        return type(answer).model_validate(safe).render()
    except ValidationError:  # a reference that is none any more, now that it is redacted
        return redact_text(answer.render())


def failure(error: ToolError) -> CallToolResult:
    """Return an error of ours as the result of a call."""
    return _error(sentence(error))


def sentence(error: ToolError) -> str:
    """Return an error of ours as `[code] what happened. Next: what to do`."""
    said = f"[{error.code}] {str(error).rstrip('.')}."  # what it quotes may be a secret
    safe = redact_text(f"{said} Next: {error.hint}" if error.hint else said)
    return neutral(safe)[:_LONGEST_ERROR]


def _error(said: str) -> CallToolResult:
    return CallToolResult(content=[_text(said[:_LONGEST_ERROR])], is_error=True)


def _text(text: str) -> TextContent:
    safe = neutral(text)
    if len(safe.encode()) > CAP:
        left_out = "\n[cut here: the answer is longer than an answer may be; narrow the question]"
        kept = safe.encode()[: CAP - len(left_out)].decode(errors="ignore")
        safe = kept.rpartition("\n")[0] + left_out
    return TextContent(type="text", text=safe)
