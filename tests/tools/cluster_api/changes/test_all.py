"""The kinds of change are one file each, all of them listed, and all of them can be asked for."""

from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from clusterwright.tools.cluster_api import VOCABULARY, changes
from clusterwright.tools.cluster_api.changes.all import CHANGES, KINDS
from clusterwright.tools.cluster_api.changes.asked import Asked, Kind
from clusterwright.tools.cluster_api.changes.cluster_change import ClusterChange
from clusterwright.tools.cluster_api.k0rdent import changes as of_k0rdent
from clusterwright.tools.cluster_api.sveltos import changes as of_sveltos
from clusterwright.tools.kubernetes.changes.all import CHANGES as OF_KUBERNETES
from clusterwright.tools.kubernetes.changes.vocabulary import KUBERNETES

_OF_PLANS = ("undo", "finish")


def test_what_can_be_asked_for_is_what_there_is() -> None:
    assert get_args(Kind) == (*(one.kind for one in CHANGES), *_OF_PLANS)
    assert VOCABULARY.load() is KINDS


def test_every_kind_takes_only_fields_that_can_be_asked_for() -> None:
    for one in CHANGES:
        assert set(one.model_fields) <= set(Asked.model_fields), one.kind


@pytest.mark.parametrize("package", [changes, of_k0rdent, of_sveltos])
def test_every_file_with_a_kind_is_listed(package: ModuleType) -> None:
    folder = Path(str(package.__file__)).parent
    with_kinds = {
        path.stem for path in folder.glob("*.py") if "kind: ClassVar[str] =" in path.read_text()
    }
    own = [one for one in CHANGES if one.__module__.rpartition(".")[0] == package.__name__]
    assert {one.__module__.rpartition(".")[2] for one in own} == with_kinds
    if package is changes:
        assert all(issubclass(one, ClusterChange) for one in own)


def test_a_policy_for_kinds_of_kubernetes_allows_none_of_clusters() -> None:
    spelled = {VOCABULARY.spelled(one.kind) for one in CHANGES}
    assert "cluster_api/delete" in spelled
    assert not spelled & {KUBERNETES.spelled(one.kind) for one in OF_KUBERNETES}
