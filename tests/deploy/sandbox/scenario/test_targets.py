"""Patches of objects that controllers named, and workload clusters as where to act."""

import base64
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.scenario.clusters import remove_clusters
from clusterwright.deploy.sandbox.scenario.condition import Condition
from clusterwright.deploy.sandbox.scenario.errors import (
    KubectlError,
    NeedsClusterApiError,
    ScenarioError,
)
from clusterwright.deploy.sandbox.scenario.lifecycle import break_
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.deploy.sandbox.scenario.model import Stage
from clusterwright.deploy.sandbox.scenario.play import Patch, same
from clusterwright.deploy.sandbox.scenario.run import Run
from clusterwright.deploy.sandbox.scenario.workload import at
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from tests.deploy.sandbox.scenario.stand_in import make_stand_in

TRAP = load("remediation-under-way").render(1)
CAPI = "cluster.x-k8s.io"


def machine(name: str, **labels: str) -> Manifest:
    metadata = {"name": name, "namespace": "shop", "labels": labels}
    return {"apiVersion": f"{CAPI}/v1beta2", "kind": "Machine", "metadata": metadata}


def patched(tmp_path: Path, *found: Manifest, first: int | None) -> list[str]:
    stand_in = make_stand_in(tmp_path)
    stand_in.answer(found)
    merge = {"metadata": {"annotations": {"team": "a"}}}
    patch = Patch(kind=f"Machine.{CAPI}", labels={"pool": "gpu"}, first=first, merge=merge)
    Run(TRAP, [Stage((), (), (), (patch,))]).advance(stand_in.cluster)
    return [call.split()[2] for call in stand_in.calls if call.startswith("patch")]


def test_a_patch_finds_its_objects_by_labels_in_the_order_of_their_names(tmp_path: Path) -> None:
    found = machine("m-b", pool="gpu"), machine("m-a", pool="gpu"), machine("m-0", pool="other")
    assert patched(tmp_path, *found, first=1) == ["m-a"]


def test_a_patch_of_a_status_goes_where_controllers_write(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    stand_in.answer([machine("m-a")])
    patch = Patch(kind=f"Machine.{CAPI}", merge={"status": {"phase": "Failed"}}, status=True)
    Run(TRAP, [Stage((), (), (), (patch,))]).advance(stand_in.cluster)
    assert any("--subresource=status" in one for one in stand_in.calls if one.startswith("patch"))


def test_a_patch_of_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no Machine"):
        patched(tmp_path, machine("m-0", pool="other"), first=None)


def test_a_workload_cluster_is_reached_by_the_kubeconfig_that_is_kept_for_it(
    tmp_path: Path,
) -> None:
    stand_in = make_stand_in(tmp_path)
    value = base64.b64encode(b"kind: Config").decode()
    secret = {"kind": "Secret", "metadata": {"name": "train-kubeconfig"}, "data": {"value": value}}
    stand_in.answer([secret])
    with at(stand_in.cluster, "capi:shop/train") as where:
        kept = where.kubeconfig
        assert kept.read_text() == "kind: Config"
        assert kept.stat().st_mode & 0o077 == 0
    assert not kept.exists()
    other = at(stand_in.cluster, "capi:shop/other")
    with pytest.raises(KubectlError, match="capi:shop/other has no kubeconfig yet"), other:
        pass


def test_a_stage_waits_for_the_kubeconfig_of_the_cluster_that_it_acts_on(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    on_sandbox, inside = Stage((), (), ()), Stage((), (), (), target="capi:shop/train")
    run = Run(TRAP, [on_sandbox, inside])
    assert not run.advance(stand_in.cluster).done
    assert run.unmet == ("capi:shop/train has no kubeconfig yet",)
    value = base64.b64encode(b"kind: Config").decode()
    secret = {"kind": "Secret", "metadata": {"name": "train-kubeconfig"}, "data": {"value": value}}
    stand_in.answer([secret])
    assert run.advance(stand_in.cluster).done


def test_what_needs_cluster_api_is_refused_before_anything_is_applied(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    with pytest.raises(NeedsClusterApiError, match="remediation-under-way"):
        break_(stand_in.cluster, [TRAP])
    assert stand_in.calls == []


def test_a_cluster_is_deleted_and_freed_of_what_would_hold_it(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    held = machine("m-1")
    hook = f"pre-drain.delete.hook.machine.{CAPI}/agent"
    held["metadata"]["annotations"] = {hook: "", "team": "a"}
    paused = machine("train") | {"kind": "Cluster", "spec": {"paused": True}}
    stand_in.answer([paused, held], [])
    remove_clusters(stand_in.cluster, ["shop"])
    calls = [call for call in stand_in.calls if not call.startswith("get")]
    assert [call.split()[:3] for call in calls] == [
        ["patch", f"Cluster.{CAPI}", "train"],
        ["delete", f"Cluster.{CAPI}", "train"],
        ["patch", f"Machine.{CAPI}", "m-1"],
    ]
    assert hook in calls[-1]
    assert "team" not in calls[-1]


def test_a_condition_tells_kinds_of_one_name_apart_by_their_group() -> None:
    wanted = Condition(kind=f"Machine.{CAPI}", path="$.metadata.name")
    other = machine("m-1") | {"apiVersion": "example.com/v1"}
    assert wanted.holds([machine("m-1")])
    assert not wanted.holds([other])


def test_a_truth_may_name_what_a_controller_names_by_its_beginning() -> None:
    named = Ref("Machine", "train-gpu-*", "shop", CAPI)
    assert same(named, Ref("Machine", "train-gpu-x7", "shop", CAPI))
    assert not same(named, Ref("Machine", "train-cpu-x7", "shop", CAPI))
    assert not same(named, Ref("Machine", "train-gpu-x7", "other", CAPI))
