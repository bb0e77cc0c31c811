"""Remedies as commands and patches: what a person pastes must do that, and nothing else."""

import pytest

from clusterwright.agents.remediate.spell import as_kubectl, as_patches
from clusterwright.tools.finding import Remedy
from clusterwright.tools.manifest import Manifest

MONITOR = "ServiceMonitor.monitoring.coreos.com/shop/cart"


def remedy(**change: object) -> Remedy:
    made: Manifest = dict(change)
    return Remedy(say="Mend it", changes=(made,))


def test_a_monitor_is_mended_by_a_json_patch_of_its_selector_and_port() -> None:
    found = remedy(
        kind="fix_monitor",
        object=MONITOR,
        selector={"app.kubernetes.io/name": "cart"},
        namespaces=["shop"],
        port="web",
        endpoint=1,
    )
    assert as_kubectl(found) == (
        "kubectl -n shop patch servicemonitor.monitoring.coreos.com/cart --type=json -p"
        ' \'[{"op": "add", "path": "/spec/selector/matchLabels/app.kubernetes.io~1name",'
        ' "value": "cart"}, {"op": "add", "path": "/spec/namespaceSelector", "value":'
        ' {"matchNames": ["shop"]}}, {"op": "add", "path": "/spec/endpoints/1/port",'
        ' "value": "web"}]\''
    )
    assert as_patches(found).startswith("# kubectl -n shop patch servicemonitor")


def test_a_silence_is_ended_by_amtool_and_a_release_rolled_back_by_helm() -> None:
    assert as_kubectl(remedy(kind="expire_silence", silence="a-b")) == "amtool silence expire a-b"
    back = remedy(kind="rollback", release="shop/cart", revision=8)
    assert as_kubectl(back) == "helm rollback cart 8 -n shop"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "adopt", "release": "shop/cart"},
        {"kind": "set_variable", "name": "ml/train", "variables": {"a": 1}},
        {"kind": "unheard_of", "object": "Pod/shop/cart"},
    ],
)
def test_what_no_command_does_alone_is_a_comment(change: Manifest) -> None:
    said = as_kubectl(remedy(**change))
    assert said.startswith("# no command does this alone: {")
    assert all(line.startswith("# ") for line in as_patches(remedy(**change)).split("\n"))


def test_only_what_is_to_be_deleted_is_deleted() -> None:
    found = remedy(kind="delete", object="Pod/shop/cart-1")
    assert as_kubectl(found) == "kubectl -n shop delete pod/cart-1"
