"""The client that the official suite judges: our hub, as the agent uses it.

The suite appends a URL; what a scenario needs to be known is in the environment. What is not ours
here is what a person would do: fill in a form with its defaults, follow the pages of a sign-in.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from threading import Thread
from typing import Any

import anyio
import httpx2
from mcp.client import ClientRequestContext
from mcp.shared.auth import OAuthClientInformationFull
from mcp_types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult, ErrorData
from pydantic import AnyUrl

from clusterwright.agents.hub import Hub, connect
from clusterwright.agents.remote import Remote
from clusterwright.agents.sign_in import SignIn
from clusterwright.agents.sign_in.tokens import KeptTokens
from clusterwright.tools.errors import ToolError

_DOCUMENT = "https://conformance-test.local/client-metadata.json"
_STUBS: dict[str, Any] = {
    "string": "x",
    "integer": 1,
    "number": 1,
    "boolean": True,
    "array": [],
    "object": {},
}


async def main(url: str) -> None:
    """Connect, list, and call what the scenario is about."""
    context: dict[str, Any] = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")
    with tempfile.TemporaryDirectory() as folder:
        await _register(url, Path(folder), context)
        sign_in = SignIn(_follow, Path(folder), _DOCUMENT)
        async with connect({"it": Remote(url, sign_in=sign_in)}, on_question=_defaults) as hub:
            await _call(hub, context)


async def _call(hub: Hub, context: dict[str, Any]) -> None:
    tools = await hub.tools("it")
    calls: list[dict[str, Any]] = context.get("toolCalls") or [
        {"name": name, "arguments": _arguments(tool.input_schema)} for name, tool in tools.items()
    ]
    for call in calls:
        try:
            await hub.result("it", call["name"], call.get("arguments") or {})
        except ToolError as error:
            sys.stderr.write(f"{call['name']}: {error}\n")


def _arguments(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a value for each required argument."""
    properties: dict[str, dict[str, Any]] = schema.get("properties", {})
    return {
        name: _STUBS.get(properties.get(name, {}).get("type", ""), "x")
        for name in schema.get("required", [])
    }


async def _defaults(
    context: ClientRequestContext, params: ElicitRequestParams
) -> ElicitResult | ErrorData:
    """Fill in a form as one who presses enter throughout."""
    del context
    assert isinstance(params, ElicitRequestFormParams)
    fields: dict[str, dict[str, Any]] = params.requested_schema.get("properties", {})
    filled = {
        name: field.get("default", _STUBS.get(field.get("type", "")))
        for name, field in fields.items()
    }
    return ElicitResult(action="accept", content=filled)


async def _follow(page: str) -> None:
    """Do what a browser does, beside us: follow redirects, the last of which leads to our page."""
    Thread(target=httpx2.get, args=(page,), kwargs={"follow_redirects": True}, daemon=True).start()


async def _register(url: str, folder: Path, context: dict[str, Any]) -> None:
    """Keep the registration that a scenario says was made before."""
    if "client_id" not in context:
        return
    secret = context.get("client_secret")
    await KeptTokens(url, folder).set_client_info(
        OAuthClientInformationFull(
            client_id=context["client_id"],
            client_secret=secret,
            redirect_uris=[AnyUrl("http://127.0.0.1/callback")],
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
        )
    )


if __name__ == "__main__":
    anyio.run(main, sys.argv[-1])
