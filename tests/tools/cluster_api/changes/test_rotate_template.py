"""Templates of clusters without a class: copied, pointed to, and kept."""

from copy import deepcopy

import pytest

from clusterwright.tools.cluster_api.changes.rotate_template import RotateTemplate
from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.kubernetes.changes.shown import shown
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.cluster_api.changes.estate import (
    MACHINES,
    NAME,
    bare,
    classy,
    made,
    notes,
    pool,
    scene,
)

BOOTSTRAP = "bootstrap.cluster.x-k8s.io"


def around(**more: Json) -> tuple[Manifest, ...]:
    group = "infrastructure.cluster.x-k8s.io"
    reference = {"apiGroup": group, "kind": "XMachineTemplate", "name": "small"}
    of = pool(spec={"template": {"spec": {"version": "v1", "infrastructureRef": reference}}})
    template = made("XMachineTemplate", "small", api=f"{group}/v1", **more)
    template["spec"] = {"template": {"spec": {"size": "s", "disk": {"gb": 10}}}}
    return bare(), of, template


def test_a_copy_is_made_and_pointed_to() -> None:
    change = RotateTemplate(name=NAME, pool="train-gpu", set={"size": "l", "disk.gb": 20})
    first, second = change.steps(scene(*around(), *MACHINES))
    spec = first.write.body["spec"]["template"]["spec"]
    assert spec == {"size": "l", "disk": {"gb": 20}}
    name = first.ref.name
    assert name.startswith("small-")
    template = second.write.body["spec"]["template"]["spec"]["infrastructureRef"]
    assert template == {"name": name}
    assert "is kept: a MachineSet uses it" in notes(second)


def test_how_machines_start_has_a_template_of_its_own() -> None:
    of = pool()
    named = {"apiGroup": BOOTSTRAP, "kind": "KubeadmConfigTemplate", "name": "gpu"}
    of["spec"]["template"] = {"spec": {"version": "v1", "bootstrap": {"configRef": named}}}
    template = made("KubeadmConfigTemplate", "gpu", api=f"{BOOTSTRAP}/v1beta2")
    template["spec"] = {"template": {"spec": {"preKubeadmCommands": ["a"]}}}
    change = RotateTemplate(
        name=NAME, pool="train-gpu", template="bootstrap", set={"preKubeadmCommands": ["a", "b"]}
    )
    first, second = change.steps(scene(bare(), of, template, *MACHINES))
    assert first.write.body["spec"]["template"]["spec"] == {"preKubeadmCommands": ["a", "b"]}
    pointed = second.write.body["spec"]["template"]["spec"]["bootstrap"]["configRef"]
    assert pointed == {"name": first.ref.name}
    assert f"started by {first.ref.name}" in second.say


def test_a_control_plane_has_no_template_for_how_it_starts() -> None:
    plane = made("KubeadmControlPlane", "train", api="controlplane.cluster.x-k8s.io/v1beta2")
    change = RotateTemplate(
        name=NAME, pool="control-plane", template="bootstrap", set={"preKubeadmCommands": ["b"]}
    )
    with pytest.raises(NotFoundError, match="bootstrap template of the control plane") as raised:
        change.steps(scene(bare(), plane))
    assert "in its own spec" in (raised.value.hint or "")


def test_asked_for_again_after_it_was_cut_short_the_same_copy_is_used() -> None:
    change = RotateTemplate(name=NAME, pool="train-gpu", set={"size": "l"})
    first, _ = change.steps(scene(*around()))
    copy = {**first.write.body}
    (second,) = change.steps(scene(*around(), copy))
    assert second.ref.kind == "MachineDeployment"


def test_a_copy_that_somebody_has_changed_is_not_used() -> None:
    change = RotateTemplate(name=NAME, pool="train-gpu", set={"size": "l"})
    first, _ = change.steps(scene(*around()))
    copy = deepcopy(first.write.body)
    copy["metadata"] |= {"uid": "u", "generation": 1}
    (second,) = change.steps(scene(*around(), copy))
    assert second.rests_on == ["u", 1]
    copy["spec"]["template"]["spec"]["disk"] = {"gb": 1}
    with pytest.raises(RefusedError, match="is there already, and is not what was asked for"):
        change.steps(scene(*around(), copy))


def test_of_a_copy_only_what_differs_is_shown() -> None:
    bare_, of, template = around()
    template["spec"]["template"]["spec"]["files"] = [{"path": "/root/pw", "content": "swordfish"}]
    change = RotateTemplate(name=NAME, pool="train-gpu", set={"size": "l"})
    first, _ = change.steps(scene(bare_, of, template))
    told = [(one.path, one.before, one.after) for one in shown(first, None, ())]
    assert told == [
        ("(new object)", None, f"a copy of {Ref.of(template)}, but for:"),
        ("spec.template.spec.size", "s", "l"),
    ]
    assert first.write.body["spec"]["template"]["spec"]["files"][0]["content"] == "swordfish"


def test_what_is_so_already_is_no_step() -> None:
    change = RotateTemplate(name=NAME, pool="train-gpu", set={"size": "s"})
    assert change.steps(scene(*around())) == ()


def test_a_field_that_leads_nowhere_and_a_topology_are_refused() -> None:
    with pytest.raises(InvalidInputError, match=r"has nothing at 'gpu\.count'"):
        RotateTemplate(name=NAME, pool="train-gpu", set={"gpu.count": 1}).steps(scene(*around()))
    with pytest.raises(RefusedError, match="belong to its topology"):
        RotateTemplate(name=NAME, pool="gpu", set={"size": "l"}).steps(scene(classy(), pool()))
