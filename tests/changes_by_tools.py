"""A client that plans and applies changes by a domain's two tools, as a model would."""

from dataclasses import dataclass
from typing import Any

from mcp import Client
from mcp_types import TextContent

from clusterwright.tools.manifest import Json, Manifest


@dataclass(frozen=True)
class Session:
    """A client at work with the tools whose names start with `prefix`."""

    client: Client
    prefix: str

    async def plan(self, *changes: Manifest, **arguments: Json) -> tuple[str, str]:
        """Plan; return the plan's id, empty if there is none, and what was said."""
        asked: dict[str, Any] = {"changes": list(changes), **arguments}
        said, found = await self.call(f"{self.prefix}_plan_change", asked)
        return str((found or {}).get("plan_id") or ""), said

    async def apply(self, plan: str) -> tuple[str, str]:
        """Apply; return the state, `error` if it was refused, and what was said."""
        text, found = await self.call(f"{self.prefix}_apply_change", {"plan_id": plan})
        return ("error" if found is None else str(found["state"])), text

    async def done(self, *changes: Manifest, **arguments: Json) -> str:
        """Plan, apply, and see that it was proven; return the plan's id."""
        plan, said = await self.plan(*changes, **arguments)
        assert plan, said
        state, told = await self.apply(plan)
        assert state == "applied", told
        return plan

    async def call(self, tool: str, arguments: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
        """Call any tool; return what it said, and its structured content unless it failed."""
        result = await self.client.call_tool(tool, arguments)
        text = "\n".join(one.text for one in result.content if isinstance(one, TextContent))
        return text, None if result.is_error else result.structured_content
