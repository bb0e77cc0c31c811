"""What is judged finding by finding is diagnosed besides: only the cause may be a root."""

from dataclasses import dataclass, field

from clusterwright.agents.diagnose import diagnose
from clusterwright.agents.hub import Hub
from clusterwright.cli.judge.compare import tells
from clusterwright.deploy.sandbox.scenario.model import Rendered

LONGEST_WAIT = 100
"""Seconds that a test may wait for one fault to be told; `make scenarios` waits for all."""


@dataclass
class Diagnosed:
    """The root causes of each scenario that are not its truth."""

    beside: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    async def look(self, hub: Hub, rendered: Rendered) -> None:
        """Diagnose a scenario's namespace, or the whole cluster for one that is larger."""
        namespaced = rendered.card.scope == "namespaced"
        found = await diagnose(hub, namespace=rendered.namespace if namespaced else None)
        roots = [
            f"{one.code} on {one.subject}"
            for one in found.root_causes
            if not any(tells(one, truth) for truth in rendered.truth)
        ]
        if roots:
            self.beside[rendered.name] = roots
