"""A chart that brings the CRDs of its own objects: only Helm's dry run fails on it."""

import pytest

from tests.tools.helm.changes.charts import MIGRATION, crd, web
from tests.tools.helm.changes.place import Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]

POOL = """\
apiVersion: {group}/v1
kind: Pool
metadata: {{name: gpu}}
spec:
  size: {{{{ .Values.replicas }}}}
  served: {{{{ .Capabilities.APIVersions.Has "{group}/v1" }}}}
"""


async def test_it_is_planned_apart_from_the_cluster_and_installed(place: Place) -> None:
    group = f"{place.namespace}.example.com"
    chart = web(place.workshop, pool=POOL.format(group=group), migration=MIGRATION)
    (chart / "crds").mkdir()
    (chart / "crds" / "pool.yaml").write_text(crd(group, "v1"))
    change = {"kind": "install", "release": place.named("cart"), "chart": "shelf/web"}
    try:
        async with place.session() as session:
            plan, told = await session.plan(change)
            assert "rendered apart from the cluster" in told
            assert f"create Pool.{group}/{place.namespace}/gpu (dry run: depends)" in told
            assert f"create CustomResourceDefinition/pools.{group}" in told
            state, said = await session.apply(plan)
            assert state == "applied", said
            size = place.workshop.kubectl("get", f"pools.{group}", "gpu", "-o", "jsonpath={.spec}")
            assert size == '{"served":true,"size":0}'
            # Once they are there, the cluster is asked as for any other chart.
            upgrade = {"kind": "upgrade", "release": place.named("cart"), "values": {"level": "x"}}
            _, told = await session.plan(upgrade)
            assert "rendered apart" not in told
    finally:
        place.workshop.kubectl("delete", "crd", f"pools.{group}", "--wait=false")
