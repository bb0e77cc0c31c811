"""How a tool that writes gets a person's word: the question asked through the client, in both eras.

A client that cannot ask is no protocol error, which no model would get to see: the tool is told so,
and answers with what to do instead.
"""

from collections.abc import Awaitable, Callable, Sequence
from inspect import Parameter, Signature
from typing import Annotated

from mcp.server.mcpserver import AcceptedElicitation, Context, DeclinedElicitation, Elicit, Resolve
from mcp.server.mcpserver import ElicitationResult as Result
from mcp_types import ClientCapabilities, ElicitationCapability, FormElicitationCapability
from mcp_types.version import is_version_at_least
from pydantic import BaseModel, Field

from clusterwright.servers.progress import teller
from clusterwright.tools.caller import Caller, Said

_MODERN = "2026-07-28"
_FORM = ClientCapabilities(elicitation=ElicitationCapability(form=FormElicitationCapability()))
_LONGEST_NAME = 80
CONTEXT = Parameter("context", Parameter.KEYWORD_ONLY, annotation=Context)
"""A parameter that the SDK fills with the context of a call."""


class Consent(BaseModel):
    """What the person is asked."""

    approve: bool = Field(description="Apply this change, exactly as it is shown?")


class Answer(Consent):
    """An answer that nobody had to give."""

    said: Said = Said.NOT_ASKED


def asking(
    ask: Callable[..., Awaitable[str | None]], bound: object, parameters: Sequence[Parameter]
) -> Callable[..., Awaitable[Consent | Elicit[Consent]]]:
    """Return what the SDK calls, with the tool's own arguments, to learn what a person is asked.

    It is called in each round of a call, so that it changes nothing and asks the same each time.
    """

    async def decide(*, context: Context, **arguments: object) -> Consent | Elicit[Consent]:
        question = await ask(bound, **arguments)
        if question is None:
            return Answer(approve=False)
        if not can_ask(context):
            return Answer(approve=False, said=Said.UNABLE)
        return Elicit(question, Consent)

    returns = Consent | Elicit[Consent]
    taken = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in parameters]
    decide.__annotations__ = {one.name: one.annotation for one in (CONTEXT, *taken)} | {
        "return": returns
    }
    decide.__dict__["__signature__"] = Signature([CONTEXT, *taken], return_annotation=returns)
    return decide


def parameters_of(
    ask: Callable[..., Awaitable[str | None]], bound: object, parameters: Sequence[Parameter]
) -> list[Parameter]:
    """Return the parameters that the SDK fills: the context of a call, and the person's answer."""
    answer = Annotated[Result[Consent], Resolve(asking(ask, bound, parameters))]
    return [
        CONTEXT,
        Parameter("answer", Parameter.KEYWORD_ONLY, annotation=answer),
    ]


def can_ask(context: Context) -> bool:
    """Return whether the client on the other end can put a question to a person."""
    session = context.session
    if not session.check_client_capability(_FORM):
        return False
    version = context.protocol_version or ""
    return bool(version and is_version_at_least(version, _MODERN)) or session.can_send_request


def caller(context: Context, outcome: Result[Consent]) -> Caller:
    """Return who calls, and what the person said."""
    params = context.session.client_params
    name = f"{params.client_info.name} {params.client_info.version}" if params else ""

    return Caller(name[:_LONGEST_NAME], _said(outcome), teller(context))


def _said(outcome: Result[Consent]) -> Said:
    match outcome:
        case AcceptedElicitation(data=Answer(said=said)):
            return said
        case AcceptedElicitation(data=Consent(approve=True)):
            return Said.YES
        case AcceptedElicitation() | DeclinedElicitation():
            return Said.NO
        case _:
            return Said.CANCELLED
