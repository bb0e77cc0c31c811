"""Scenarios of Cluster API, judged through the MCP server on real controllers.

While a scenario lasts, the tree of its Cluster is compared with what `clusterctl` draws of it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import anyio
import pytest
from anyio import to_thread

from clusterwright.agents.hub import Hub
from clusterwright.cli.judge.judge import judge
from clusterwright.cli.judge.table import table
from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.runtime.errors import StartError
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.load import load_of
from clusterwright.deploy.sandbox.scenario.model import Rendered
from clusterwright.tools.cluster_api.describe_cluster import ClusterTree
from clusterwright.tools.errors import ToolError
from clusterwright.tools.ref import Ref
from tests.e2e.drawn import MOST, drawn, has_turn, seed_of_commit
from tests.management_cluster import management_cluster
from tests.tools.cluster_api.clusterctl import read
from tests.tools.cluster_api.tree_and_drawing import differences

_LONGEST_WAIT, _USUAL_WAIT = 400, 200
"""Seconds that a test may wait for one fault to be told; `make scenarios` waits for all.

What takes longer than usual has its turn with one commit of four.
"""
_AGREE_SECONDS = 30.0
"""The tree and the drawing are read one after the other, and clusters move on meanwhile."""


@pytest.fixture(scope="module")
def management() -> Iterator[Instance]:
    """A management cluster of this test's own: no containers run in it, and none have to."""
    with management_cluster("judged", real_node=False) as found:
        yield found


@dataclass
class Beside:
    """Holds the trees of all Clusters beside the drawings of clusterctl."""

    instance: Instance
    compared: list[Ref] = field(default_factory=list[Ref])
    differ: dict[Ref, list[str]] = field(default_factory=dict[Ref, list[str]])

    async def look(self, hub: Hub, rendered: Rendered) -> None:
        """Compare the Clusters of a scenario until they agree, or for so long."""
        refs = [Ref.of(one) for one in rendered.objects]
        for ref in (one for one in refs if one.kind == "Cluster"):
            deadline = time.monotonic() + _AGREE_SECONDS
            found = await self._differences(hub, ref)
            while found and time.monotonic() < deadline:
                await anyio.sleep(1)
                found = await self._differences(hub, ref)
            if found is not None:
                self.compared.append(ref)
            if found:
                self.differ[ref] = found

    async def _differences(self, hub: Hub, ref: Ref) -> list[str] | None:
        """Return how the two differ; None for a Cluster that is gone."""
        named = {"namespace": ref.namespace, "name": ref.name}
        try:
            drawn = await to_thread.run_sync(self._draw, ref)
            answer = await hub.call("cluster-api", "capi_describe_cluster", named, ClusterTree)
        except (StartError, ToolError) as error:
            left = await to_thread.run_sync(
                self.instance.kubectl, "get", "clusters", f"--namespace={ref.namespace}"
            )
            return [str(error)] if ref.name in left else None
        return differences(answer.tree, read(drawn))

    def _draw(self, ref: Ref) -> str:
        flags = (f"--namespace={ref.namespace}", "--grouping=false", "--echo")
        return self.instance.clusterctl("describe", "cluster", ref.name, *flags)


@pytest.mark.timeout(1_200)
def test_faults_of_workload_clusters_are_found_and_traps_are_silent(
    management: Instance,
) -> None:
    seed = seed_of_commit()
    most = _LONGEST_WAIT if has_turn(0, 4) else _USUAL_WAIT
    quick = [one for one in load_of("cluster_api") if one.card.told_within <= most]
    chosen = drawn(quick, seed, MOST["cluster_api"])
    beside = Beside(management)
    report = judge(connect(management.kubeconfig), chosen, seed, print, beside.look)
    told = "\n".join(f"{ref}: {'; '.join(found)}" for ref, found in beside.differ.items())
    assert report.right, f"seed {seed}\n{table(report.rows)}\n{report.summary()}\n{told}"
    assert beside.differ == {}, f"seed {seed}\n{told}"
    assert len(beside.compared) >= len(chosen) / 2
