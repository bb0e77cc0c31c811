"""The two tools for changes of one server: that which plans, and that which carries a plan out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.hub import Hub, text_of
from clusterwright.agents.problems import SUFFIX
from clusterwright.agents.remediate.told import APPLY_SECONDS, Applied, Planned
from clusterwright.tools.manifest import Manifest

PLAN = "_plan_change"
"""How the name of every tool that plans ends."""


@dataclass(frozen=True, slots=True)
class Hands:
    """The server that carries a remedy out, by its two tools for changes."""

    server: str
    prefix: str

    @classmethod
    def of(cls, answer: Answered) -> "Hands":
        """Return those of the server that told something."""
        return cls(answer.server, answer.tool.removesuffix(SUFFIX))

    @property
    def plan(self) -> str:
        """The tool that plans."""
        return f"{self.prefix}{PLAN}"

    @property
    def apply(self) -> str:
        """The tool that applies."""
        return f"{self.prefix}_apply_change"

    async def planned(
        self, hub: Hub, changes: Sequence[Manifest], cluster: str
    ) -> tuple[Planned, list[str]]:
        """Have changes planned; return the plan, and its lines. Raise ToolError."""
        asked = {"changes": list(changes), **({"cluster": cluster} if cluster else {})}
        result = await hub.result(self.server, self.plan, asked)
        return Planned.model_validate(result.structured_content), text_of(result).splitlines()

    async def applied(
        self, hub: Hub, plan: str, tell: Callable[[str], None] | None = None
    ) -> Applied:
        """Have a plan carried out; return what came of it. Raise ToolError."""
        result = await hub.result(
            self.server, self.apply, {"plan_id": plan}, seconds=APPLY_SECONDS, tell=tell
        )
        return Applied.model_validate(result.structured_content)
