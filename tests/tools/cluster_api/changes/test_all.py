"""The kinds of change are one file each, all of them listed, and all of them can be asked for."""

from pathlib import Path
from typing import get_args

from clusterwright.tools.cluster_api import VOCABULARY, changes
from clusterwright.tools.cluster_api.changes.all import CHANGES, KINDS
from clusterwright.tools.cluster_api.changes.asked import Asked, Kind
from clusterwright.tools.cluster_api.changes.cluster_change import ClusterChange
from clusterwright.tools.kubernetes.changes.all import CHANGES as OF_KUBERNETES
from clusterwright.tools.kubernetes.changes.vocabulary import KUBERNETES

_OF_PLANS = ("undo", "finish")


def test_what_can_be_asked_for_is_what_there_is() -> None:
    assert get_args(Kind) == (*(one.kind for one in CHANGES), *_OF_PLANS)
    assert VOCABULARY.load() is KINDS


def test_every_kind_takes_only_fields_that_can_be_asked_for() -> None:
    for one in CHANGES:
        assert set(one.model_fields) <= set(Asked.model_fields), one.kind


def test_every_file_with_a_kind_is_listed() -> None:
    folder = Path(str(changes.__file__)).parent
    with_kinds = {
        path.stem for path in folder.glob("*.py") if "kind: ClassVar[str] =" in path.read_text()
    }
    listed = {one.__module__.rpartition(".")[2] for one in CHANGES}
    assert listed == with_kinds
    assert all(issubclass(one, ClusterChange) for one in CHANGES)


def test_a_policy_for_kinds_of_kubernetes_allows_none_of_clusters() -> None:
    spelled = {VOCABULARY.spelled(one.kind) for one in CHANGES}
    assert "cluster_api/delete" in spelled
    assert not spelled & {KUBERNETES.spelled(one.kind) for one in OF_KUBERNETES}
