"""The policy that a command goes by: the one given, else the user's own; names of changes exist."""

from importlib import import_module
from pathlib import Path

import pytest

from clusterwright.cli.authority import authority_of, change_names
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.kubernetes.changes.vocabulary import KUBERNETES, Vocabulary
from clusterwright.tools.trust.policy import Policy
from clusterwright.tools.trust.risk import Access


def written(path: Path, *changes: str) -> Path:
    rule = f"{{changes: {list(changes)}, clusters: [dev], namespaces: [shop]}}"
    path.write_text(f"unattended: [{rule}]\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def vocabularies() -> list[Vocabulary]:
    domains = ("cluster_api", "helm", "prometheus", "gpu")
    found = (import_module(f"clusterwright.tools.{one}").VOCABULARY for one in domains)
    return [KUBERNETES, *found]


def test_every_change_of_every_domain_can_be_named() -> None:
    kinds = {
        vocabulary.spelled(change.kind)
        for vocabulary in vocabularies()
        for change in vocabulary.load().changes
    }
    assert kinds - set(change_names()) == set()


def test_a_policy_that_is_given_counts_else_the_users_own_else_the_usual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(tmp_path))
    assert authority_of(Access.PLAN, None).policy == Policy()
    written(tmp_path / "policy.yaml", "patch")
    given = written(tmp_path / "given.yaml", "gpu/set_mig", "*")
    assert authority_of(Access.PLAN, None).policy.unattended[0].changes == ("patch",)
    assert authority_of(Access.PLAN, given).policy.unattended[0].changes == ("gpu/set_mig", "*")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("patchh", "near it: patch"),
        ("gpu/sett_mig", "near it: gpu/set_mig"),
        ("set_mig", "near it: gpu/set_mig"),
        ("kubernetes/scale", "near it: scale"),
        ("xyz", "changes are named as patch, gpu/set_mig"),
    ],
)
def test_a_change_that_there_is_not_is_refused_with_what_is_near_it(
    name: str, hint: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "policy.yaml", "patch", name)
    with pytest.raises(InvalidInputError, match=f"there is no change '{name}'") as caught:
        authority_of(Access.PLAN, path)
    assert caught.value.hint.startswith(hint)
