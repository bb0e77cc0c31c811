"""Which clusters `clusterwright diagnose` is asked for, by its options."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from clusterwright.cli.fleet import addresses, fleet
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from tests.cli.diagnosed import diagnose

if TYPE_CHECKING:
    from clusterwright.tools.manifest import Manifest


def kubeconfig(folder: Path, *contexts: str) -> Path:
    path = folder / "kubeconfig"
    content: Manifest = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": contexts[0],
        "contexts": [{"name": one, "context": {"cluster": one, "user": one}} for one in contexts],
        "clusters": [
            {"name": one, "cluster": {"server": "https://127.0.0.1:1"}} for one in contexts
        ],
        "users": [{"name": one, "user": {"token": "t"}} for one in contexts],
    }
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def test_one_context_or_none_is_one_cluster() -> None:
    assert fleet((), None, everywhere=False, workloads=False) == ()
    assert fleet(("a",), None, everywhere=False, workloads=False) == ()


def test_several_contexts_are_asked_in_the_order_given() -> None:
    assert fleet(("b", "a"), None, everywhere=False, workloads=False) == ("b", "a")


def test_workload_clusters_are_those_of_the_pinned_context_or_of_the_ones_named() -> None:
    assert fleet((), None, everywhere=False, workloads=True) == (None,)
    assert fleet(("a",), None, everywhere=False, workloads=True) == ("a",)


def test_all_contexts_are_those_of_the_kubeconfig(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, "b", "a", "prod/eu")
    assert fleet((), path, everywhere=True, workloads=False) == ("a", "b", "prod/eu")


def test_all_contexts_take_no_context_besides() -> None:
    with pytest.raises(InvalidInputError):
        fleet(("a",), None, everywhere=True, workloads=False)


def test_all_contexts_take_a_kubeconfig(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        fleet((), tmp_path / "none", everywhere=True, workloads=False)


@pytest.mark.parametrize(
    "options",
    [
        ["--all-contexts", "-c", "a"],
        ["--workload-clusters", "Pod/shop/cart-1"],
        ["-ca", "-cb", "Pod/x/y"],
    ],
)
def test_what_cannot_be_asked_together_is_a_mistake_of_usage(options: list[str]) -> None:
    result = diagnose(*options)
    assert result.exit_code == 2
    assert "Usage" in result.stderr


def test_contexts_that_cannot_be_reached_are_told_each_once(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, "a", "b")
    result = diagnose("--kubeconfig", str(path), "--all-contexts")
    assert result.exit_code == 2
    told = [line for line in result.stdout.splitlines() if line.startswith("unchecked")]
    assert [line.split(":")[0] for line in told] == [
        "unchecked  cluster a",
        "unchecked  cluster b",
    ]


def test_contexts_of_one_cluster_have_one_address_whoever_logs_in(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, "b", "a")
    found = addresses(("a", "b", None, "capi:a/ml/train", "none"), path)
    assert set(found) == {"a", "b", None}
    assert len(set(found.values())) == 1


def test_where_there_is_no_kubeconfig_no_address_is_known(tmp_path: Path) -> None:
    assert addresses(("a",), tmp_path / "none") == {}
    assert addresses((), None) == {}
    (tmp_path / "odd").write_text("clusters: [1]\ncontexts: {a: b}\n", encoding="utf-8")
    assert addresses(("a",), tmp_path / "odd") == {}
