"""The life of a GPU cluster as a script of steps, each of which may be asked for again.

Everything goes through MCP tools: planned, approved by a policy, applied and proven; and read back
by tools that know nothing of the change. Run as a process of its own, so that it can be killed:
python -m tests.tools.cluster_api.changes.whole_life KUBECONFIG STATE NAMESPACE
"""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp_types import TextContent

from clusterwright.servers import cluster_api, kubernetes
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.policy import Policy
from clusterwright.tools.trust.risk import Access

T4, H100 = "Tesla-T4", "NVIDIA-H100-80GB-HBM3"
POLICY: Json = {
    "unattended": [
        {"changes": "*", "clusters": ["*"], "namespaces": ["*", ""], "risk": "high"},
    ],
    "settle_seconds": 0.5,
}
SECONDS = 300.0
_PLAN = re.compile(r"^(p-[0-9a-f]{12}) ")


class _CutShortError(Exception):
    """What was cut short is done by now, so that a step has to look anew."""


@dataclass
class Life:
    """A cluster, and the two servers through which it is made, used, changed and given up."""

    clusters: Client
    workloads: Client
    namespace: str
    state: Path
    say: Callable[[str], None] = print

    @property
    def name(self) -> str:
        return f"{self.namespace}/train"

    async def live(self) -> None:
        """Go through all steps; one that an earlier run came past is left out."""
        for step in (
            self.create,
            self.use,
            self.accelerate,
            self.grow,
            self.upgrade,
            self.give_up,
        ):
            mark = self.state / f"{step.__name__}.done"
            while not mark.exists():
                try:
                    await step()
                except _CutShortError:
                    continue
                mark.touch()
            self.say(f"past {step.__name__}")

    async def create(self) -> None:
        if await self.row() is None:
            await self.change(
                {
                    "kind": "create",
                    "name": self.name,
                    "cluster_class": "default/sandbox-gpu",
                    "version": "v1.35.2",
                    "variables": {"accelerator": T4},
                    "control_plane": 1,
                    "pools": {"gpu": {"class": "gpu-worker", "replicas": 2}},
                }
            )
        await self.until(nodes=2, version="v1.35.2", product=T4)

    async def use(self) -> None:
        """Run something on a GPU, by the tools for any cluster."""
        changes = [{"kind": "apply", "manifest": _trainer()}]
        asked = {"changes": changes, "cluster": f"capi:{self.name}"}
        await self.carry_out(self.workloads, "k8s", asked)

    async def accelerate(self) -> None:
        variables = {"accelerator": H100}
        await self.change({"kind": "set_variable", "name": self.name, "variables": variables})
        await self.until(nodes=2, version="v1.35.2", product=H100)

    async def grow(self) -> None:
        await self.change({"kind": "scale", "name": self.name, "pool": "gpu", "replicas": 3})
        await self.until(nodes=3, version="v1.35.2", product=H100)

    async def upgrade(self) -> None:
        await self.change({"kind": "upgrade", "name": self.name, "version": "v1.36.3"})
        await self.until(nodes=3, version="v1.36.3", product=H100)

    async def give_up(self) -> None:
        row = await self.row()
        if row is not None and row["state"] != "Deleting":
            asked = {"kind": "delete", "name": self.name, "accept": ["pods"]}
            await self.change(asked)
        with anyio.fail_after(SECONDS):
            while True:
                if await self.row() is None:
                    return
                await anyio.sleep(0.5)

    async def change(self, change: Manifest) -> None:
        """Plan a change of the cluster and, unless all is so already, apply it."""
        await self.carry_out(self.clusters, "capi", {"changes": [change]})

    async def carry_out(self, client: Client, prefix: str, asked: Manifest) -> None:
        """Plan and apply; first of all go on with what an earlier run was killed at."""
        planned = await self.call(client, f"{prefix}_plan_change", asked)
        cut_short = [found[1] for one in planned["unfinished"] if (found := _PLAN.match(one))]
        if cut_short:
            for plan in cut_short:
                await self.finish(plan)
            raise _CutShortError
        if planned.get("plan_id"):
            asked = {"plan_id": planned["plan_id"]}
            applied = await self.call(client, f"{prefix}_apply_change", asked)
            assert applied["state"] == "applied", applied

    async def finish(self, plan: str) -> None:
        """Go on with a plan that was cut short."""
        asked = {"changes": [{"kind": "finish", "plan": plan}]}
        planned = await self.call(self.clusters, "capi_plan_change", asked)
        self.say(f"finishing {plan}: {planned.get('note')}")
        if planned.get("plan_id"):
            given = {"plan_id": planned["plan_id"]}
            applied = await self.call(self.clusters, "capi_apply_change", given)
            assert applied["state"] == "applied", applied

    async def row(self) -> Manifest | None:
        """Return the cluster as the list of clusters has it."""
        listed = await self.call(self.clusters, "capi_list_clusters", {"namespace": self.namespace})
        rows = [one for one in listed["clusters"] if one["cluster"] == f"capi:{self.name}"]
        return rows[0] if rows else None

    async def until(self, *, nodes: int, version: str, product: str) -> None:
        """Wait until the cluster is Available and its nodes are what was asked for; no others."""
        asked = {
            "kind": "Node",
            "cluster": f"capi:{self.name}",
            "labels": f"nvidia.com/gpu.product={product}",
        }
        with anyio.fail_after(SECONDS):
            while True:
                row = await self.row() or {}
                if row.get("state") == "Available" and row.get("version") == version:
                    right = await self.call(self.workloads, "k8s_list", asked)
                    every = await self.call(self.workloads, "k8s_list", {**asked, "labels": None})
                    versions = _column(every, "version")
                    if (right["total"], every["total"]) == (nodes, nodes) and versions == {version}:
                        return
                await anyio.sleep(0.5)

    async def call(self, client: Client, tool: str, arguments: Mapping[str, Json]) -> Manifest:
        given = {key: value for key, value in arguments.items() if value is not None}
        result = await client.call_tool(tool, given)
        text = "\n".join(one.text for one in result.content if isinstance(one, TextContent))
        assert not result.is_error, f"{tool}: {text}"
        found: Any = result.structured_content
        return dict(found)


def _trainer() -> Manifest:
    """Return a workload that takes one GPU."""
    app = {"app": "trainer"}
    limits = {"nvidia.com/gpu": "1"}
    container = {
        "name": "app",
        "image": "registry.invalid/train:1",
        "resources": {"limits": limits},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "trainer", "namespace": "default"},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": app},
            "template": {"metadata": {"labels": app}, "spec": {"containers": [container]}},
        },
    }


def _column(listed: Manifest, name: str) -> set[str]:
    """Return the values of a column, which an answer tells once where they are all equal."""
    if name in listed.get("common", {}):
        return {str(listed["common"][name])}
    place = list(listed["columns"]).index(name)
    return {str(row[place]) for row in listed["rows"]}


async def live(kubeconfig: Path, state: Path, namespace: str) -> None:
    """Live a cluster's life with a state of its own."""
    authority = Authority(access=Access.WRITE, policy=Policy.model_validate(POLICY), state=state)
    clusters = cluster_api.create_server(kubeconfig=kubeconfig, authority=authority)
    workloads = kubernetes.create_server(kubeconfig=kubeconfig, authority=authority)
    async with Client(clusters) as one, Client(workloads) as other:
        await Life(one, other, namespace, state).live()


if __name__ == "__main__":
    anyio.run(live, Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
