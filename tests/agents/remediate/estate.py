"""Two MCP servers of a cluster that only exists here: what is wrong, and what repairs it.

Plans are answered and applied as the servers do it, by tools of the same names, over MCP.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel

from clusterwright.agents.hub import Target
from clusterwright.tools.change import DryRun, FieldChange, PlanStep, State
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.finding import Finding, Remedy
from clusterwright.tools.kubernetes.apply_change import AppliedChange
from clusterwright.tools.kubernetes.plan_change import PlannedChange
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

Effect = Callable[["Estate"], None]


class Answer(BaseModel):
    cluster: str = "dev"
    findings: list[Finding]
    coverage: Coverage = Coverage(checked={"Pod": 3})


class Row(BaseModel):
    path: str
    value: str


class Shown(BaseModel):
    rows: list[Row]
    value: Any = None


class Release(BaseModel):
    shown: Shown
    next_cursor: str | None = None


class Object(BaseModel):
    fields: dict[str, list[Any]]


@dataclass
class Estate:
    """What is wrong at this moment, and what each change does about it."""

    findings: list[Finding]
    effects: dict[str, Effect] = field(default_factory=dict[str, Effect])
    """By the kind of a change, or its object: what applying it does."""
    refuse: dict[str, str] = field(default_factory=dict[str, str])
    """By the object of a change: what a refusal says, its hint after a line break."""
    steps: dict[str, tuple[PlanStep, ...]] = field(default_factory=dict[str, tuple[PlanStep, ...]])
    objects: Manifest = field(default_factory=dict[str, Any])
    rows: list[Row] = field(
        default_factory=lambda: [
            Row(path="nodeSelector.type", value='"kwoks"'),
            Row(path="port", value="80"),
        ]
    )
    large: Manifest = field(default_factory=dict[str, Any])
    """Values that are told only when they are asked for by their path."""
    below: dict[str, list[Row]] = field(default_factory=dict[str, list[Row]])
    """By its path, the rows of what is too large to be told whole then too."""
    later: list[Row] = field(default_factory=list[Row])
    """What the second page of the values has."""
    fail: dict[str, str] = field(default_factory=dict[str, str])
    """By the object of a change: what applying it raises."""
    state: State = State.APPLIED
    """What an apply comes to."""
    calls: list[str] = field(default_factory=list[str])
    silent: bool = False
    """Whether the kubernetes server fails when it is asked what is wrong."""
    gaps: tuple[Gap, ...] = ()
    """What the kubernetes server does not read when it looks for what is wrong."""
    blind: bool = False
    """Whether the prometheus server fails so."""
    alerts: list[Finding] | None = None
    """What a prometheus server finds; None: there is no such server."""
    there: set[str] | None = None
    """The objects that can be described; None: the kubernetes server describes none."""
    plans: list[Manifest] = field(default_factory=list[Manifest])

    def gone(self, *codes: str) -> None:
        """Take the findings of some codes away."""
        self.findings = [one for one in self.findings if one.code not in codes]

    def plan(self, changes: list[dict[str, Any]]) -> PlannedChange:
        """Answer a plan as the servers do."""
        key = str(changes[0].get("object") or changes[0].get("release") or changes[0]["kind"])
        if key in self.refuse:
            said, _, hint = self.refuse[key].partition("\n")
            raise ToolError(f"[refused] {said}. Hint: {hint}")
        self.plans.append(changes[0])
        number = f"p-{len(self.plans)}"
        self.calls.append(f"plan {key}")
        diff = (FieldChange(path="spec.x", before="1", after="2"),)
        step = PlanStep(say="do", object=Ref.parse("Pod/a/b"), dry_run=DryRun.PASSED, diff=diff)
        return PlannedChange(
            cluster="dev",
            plan_id=number,
            risk=Risk.LOW,
            reasons=("nothing serves",),
            steps=self.steps.get(key, (step,)),
            proofs=("it is rolled out",),
            undo="every step can be undone",
        )

    def apply(self, plan_id: str) -> AppliedChange:
        """Do what a plan's change does."""
        change = self.plans[int(plan_id.removeprefix("p-")) - 1]
        key = str(change.get("object") or change.get("release") or change["kind"])
        self.calls.append(f"apply {key}")
        if key in self.fail:
            raise ToolError(self.fail[key])
        if key in self.effects:
            self.effects[key](self)
        return AppliedChange(
            cluster="dev",
            plan_id=plan_id,
            state=self.state,
            done=("did it",),
            proven=("it is rolled out",),
        )

    def servers(self) -> dict[str, Target]:
        """Return the servers, in this process."""
        servers: dict[str, Target] = {"kubernetes": self._kubernetes(), "helm": self._helm()}
        return servers if self.alerts is None else {**servers, "prometheus": self._prometheus()}

    def _prometheus(self) -> MCPServer:
        server = MCPServer("prometheus")

        @server.tool()
        async def prom_find_problems() -> Answer:
            if self.blind:
                raise ToolError("[unreachable] Prometheus did not answer")
            return Answer(findings=self.alerts or [])

        return server

    def _kubernetes(self) -> MCPServer:
        server = MCPServer("kubernetes")

        @server.tool()
        async def k8s_find_problems() -> Answer:
            if self.silent:
                raise ToolError("[unreachable] the API server did not answer")
            checked = Coverage(checked={"Pod": 3}, gaps=self.gaps)
            return Answer(findings=self.findings, coverage=checked)

        @server.tool()
        async def k8s_plan_change(changes: list[dict[str, Any]], cluster: str) -> PlannedChange:
            return self.plan(changes)

        @server.tool()
        async def k8s_apply_change(plan_id: str) -> AppliedChange:
            return self.apply(plan_id)

        @server.tool()
        async def k8s_get(kind: str, name: str, namespace: str, path: str, cluster: str) -> Object:
            return Object(fields={path: [self.objects[f"{kind}/{namespace}/{name}"]]})

        if self.there is not None:
            server.add_tool(self.k8s_describe)
        return server

    async def k8s_describe(self, kind: str, name: str, cluster: str, namespace: str = "") -> Row:
        """Describe what is there."""
        ref = "/".join(part for part in (kind, namespace, name) if part)
        if ref not in (self.there or ()):
            raise ToolError(f"[not_found] {ref} is not there. Hint: list what is")
        return Row(path=cluster, value=ref)

    def _helm(self) -> MCPServer:
        server = MCPServer("helm")

        @server.tool()
        async def helm_find_problems() -> Answer:
            return Answer(findings=[])

        @server.tool()
        async def helm_plan_change(changes: list[dict[str, Any]], cluster: str) -> PlannedChange:
            return self.plan(changes)

        @server.tool()
        async def helm_apply_change(plan_id: str) -> AppliedChange:
            return self.apply(plan_id)

        @server.tool()
        async def helm_get_release(
            name: str,
            view: str,
            limit: int,
            cluster: str,
            path: str | None = None,
            cursor: str | None = None,
        ) -> Release:
            if view == "history" and f"HelmRelease/{name}" not in (self.there or ()):
                raise ToolError(f"[not_found] there is no release {name}. Hint: list them")
            if path in self.below:
                return Release(shown=Shown(rows=self.below[path]))
            if path is not None:
                return Release(shown=Shown(rows=[], value=self.large[path]))
            if cursor is not None:
                return Release(shown=Shown(rows=self.later))
            return Release(shown=Shown(rows=self.rows), next_cursor="2" if self.later else None)

        return server


def curable(found: Finding, *remedies: Remedy) -> Finding:
    """Return a finding with remedies; without any given, a patch of its subject."""
    change: Manifest = {"kind": "patch", "object": str(found.subject), "set": {"spec.x": 2}}
    given = remedies or (Remedy(say="Set x", changes=(change,)),)
    return found.model_copy(update={"remedies": given})
