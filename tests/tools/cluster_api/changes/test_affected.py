"""Whose machines a variable of a class replaces."""

import pytest

from clusterwright.tools.cluster_api.changes.affected import Affected, affected
from clusterwright.tools.manifest import Json, Manifest


def class_of(*definitions: Manifest, **patch: Json) -> Manifest:
    return {"spec": {"patches": [{"name": "p", "definitions": list(definitions), **patch}]}}


def definition(path: str, source: Json, **matches: Json) -> Manifest:
    return {
        "selector": {"kind": "XTemplate", "matchResources": matches},
        "jsonPatches": [{"op": "replace", "path": path, "valueFrom": source}],
    }


POOLS = {"machineDeploymentClass": {"names": ["gpu-*"]}}


def test_a_template_of_machines_means_the_machines_of_its_pools() -> None:
    found = class_of(definition("/spec/size", {"variable": "size"}, **POOLS))
    felt = affected(found, ["size"])
    assert felt == Affected(pools=("gpu-*",))
    assert felt.has_pool("gpu-worker")
    assert not felt.has_pool("cpu-worker")
    assert affected(found, ["region"]) == Affected()


@pytest.mark.parametrize(
    "source",
    [
        {"variable": "size.cpu"},
        {"variable": "size[0]"},
        {"template": "{{ .size }}-{{.other}}"},
        {"template": '{{ index . "size" }}'},
    ],
)
def test_a_part_of_a_variable_and_a_template_count(source: Json) -> None:
    assert affected(class_of(definition("/x", source, **POOLS)), ["size"]).has_pool("gpu-a")


def test_a_variable_that_is_only_called_alike_does_not() -> None:
    found = class_of(definition("/x", {"template": "{{ .sizes }} {{ .builtin.size-x }}"}, **POOLS))
    assert affected(found, ["size"]) == Affected()


def test_a_switch_means_all_that_it_switches() -> None:
    constant: Manifest = {
        "selector": {"matchResources": {"controlPlane": True}},
        "jsonPatches": [{"op": "add", "path": "/spec/taints", "value": []}],
    }
    found = class_of(constant, enabledIf="{{ if .dedicated }}true{{ end }}")
    assert affected(found, ["dedicated"]) == Affected(control_plane=True)


def test_the_infrastructure_of_the_cluster_is_told_by_its_fields() -> None:
    found = class_of(definition("/spec/region", {"variable": "region"}, infrastructureCluster=True))
    assert affected(found, ["region"]) == Affected(infrastructure=("/spec/region",))


def test_of_a_runtime_extension_nothing_is_known() -> None:
    felt = affected({"spec": {"patches": [{"external": {"generatePatchesExtension": "a"}}]}}, ["x"])
    assert felt.unknown
    assert felt.has_pool("any")
