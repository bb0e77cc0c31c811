"""What is taken from a kubeconfig before anybody logs in."""

import json
from pathlib import Path

import pytest

from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.kubernetes.client.credentials import cluster_entries, context_names, load
from clusterwright.tools.manifest import Json, Manifest


def written(path: Path, *names: str, **more: Json) -> Path:
    config: Manifest = {
        "contexts": [{"name": one, "context": {"cluster": one, "user": "u"}} for one in names],
        "clusters": [{"name": one, "cluster": {"server": f"https://{one}.test"}} for one in names],
        "users": [{"name": "u", "user": {"token": "t"}}],
        **more,
    }
    path.write_text(json.dumps(config), encoding="utf-8")
    return path


def test_contexts_need_no_current_one(tmp_path: Path) -> None:
    path = written(tmp_path / "config", "b", "a")
    assert context_names(path) == ["a", "b"]
    assert load(path, "a").server == "https://a.test"
    with pytest.raises(NotFoundError, match="there is no current context") as caught:
        load(path, "")
    assert caught.value.hint == "contexts: a, b"


def test_a_current_context_that_is_none_keeps_no_other_from_use(tmp_path: Path) -> None:
    path = written(tmp_path / "config", "a", **{"current-context": "gone"})
    assert load(path, "a").server == "https://a.test"
    with pytest.raises(NotFoundError, match="there is no context 'gone'"):
        load(path, "")


def test_a_kubeconfig_that_changes_is_read_again(tmp_path: Path) -> None:
    assert context_names(written(tmp_path / "config", "a")) == ["a"]
    path = written(tmp_path / "config", "a", "b-2")
    assert context_names(path) == ["a", "b-2"]
    assert load(path, "b-2").server == "https://b-2.test"


def test_a_certificate_authority_lies_beside_its_kubeconfig(tmp_path: Path) -> None:
    cluster: Manifest = {"server": "https://a.test", "certificate-authority": "none.crt"}
    path = written(tmp_path / "config", "a", clusters=[{"name": "a", "cluster": cluster}])
    with pytest.raises(Exception, match=str(tmp_path / "none.crt")):
        load(path, "a")


@pytest.mark.parametrize("content", ["", "{}", "contexts: []", "contexts: {a: b}"])
def test_what_names_no_context_is_no_kubeconfig(tmp_path: Path, content: str) -> None:
    (tmp_path / "config").write_text(content, encoding="utf-8")
    with pytest.raises(NotFoundError, match="no kubeconfig with a cluster"):
        context_names(tmp_path / "config")


@pytest.mark.parametrize("content", ["[1]", "contexts: 5", "{"])
def test_what_has_another_shape_is_no_kubeconfig(tmp_path: Path, content: str) -> None:
    (tmp_path / "config").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInputError, match="is no kubeconfig"):
        context_names(tmp_path / "config")


def test_the_cluster_of_each_context_and_of_the_current_one_is_known(tmp_path: Path) -> None:
    path = written(tmp_path / "config", "a", "b", **{"current-context": "b"})
    found = {name: entry["server"] for name, entry in cluster_entries(path).items()}
    assert found == {"a": "https://a.test", "b": "https://b.test", "": "https://b.test"}
