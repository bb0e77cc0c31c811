"""The policy file: read as it is meant, or refused with the line and what would be right."""

from pathlib import Path

import pytest

from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.trust.policy import Policy, Rule
from clusterwright.tools.trust.policy_file import load
from clusterwright.tools.trust.risk import Access, Risk

WHOLE = """\
access: {prod-*: read, dev: write}
protected_namespaces: [kube-system, "platform-*"]
unattended:
  - changes: [patch, restart]
    clusters: ["dev-*"]
    namespaces: ["shop-*", ""]
    risk: medium
  - changes: "*"
    clusters: [sandbox]
    namespaces: ["*"]
undo_on_failure: false
"""
RULE = """\
unattended:
  - changes: [patch]
    clusters: [dev]
    namespaces: [shop]
"""


def written(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(0o644)
    return path


def refusal(tmp_path: Path, content: str | bytes) -> str:
    path = written(tmp_path, content)
    with pytest.raises(InvalidInputError) as caught:
        load(path)
    assert "a rule is, say, {changes: [restart]" in caught.value.hint
    return str(caught.value).removeprefix(f"the policy {str(path)!r} is not valid: ")


def test_a_whole_policy_is_read_as_it_is_meant(tmp_path: Path) -> None:
    assert load(written(tmp_path, WHOLE)) == Policy(
        access={"prod-*": Access.READ, "dev": Access.WRITE},
        protected_namespaces=("kube-system", "platform-*"),
        unattended=(
            Rule(
                changes=("patch", "restart"),
                clusters=("dev-*",),
                namespaces=("shop-*", ""),
                risk=Risk.MEDIUM,
            ),
            Rule(changes=("*",), clusters=("sandbox",), namespaces=("*",), risk=Risk.LOW),
        ),
        undo_on_failure=False,
    )


@pytest.mark.parametrize("content", ["", "# nothing yet\n", "{}", "---\n"])
def test_an_empty_policy_is_the_usual_one(content: str, tmp_path: Path) -> None:
    assert load(written(tmp_path, content)) == Policy()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(
            "acces: {dev: write}",
            f"line 1: there is no acces; there are {', '.join(Policy.model_fields)}",
            id="unknown setting",
        ),
        pytest.param(
            RULE + "    cluster: [dev]\n",
            f"line 5: there is no unattended.0.cluster; there are {', '.join(Rule.model_fields)}",
            id="unknown part of a rule",
        ),
        pytest.param(
            RULE + "  - changes: [patch]\n    namespaces: [shop]\n",
            "line 5: unattended.1.clusters is required",
            id="nothing said of clusters",
        ),
        pytest.param(
            RULE + "    risk: lo\n",
            "line 5: unattended.0.risk: input should be 'low', 'medium' or 'high', not 'lo'",
            id="unknown risk",
        ),
        pytest.param(
            "# modes\naccess:\n  prod: read\n  dev: all\n",
            "line 4: access.dev: input should be 'read', 'plan' or 'write', not 'all'",
            id="unknown mode",
        ),
        pytest.param(
            RULE.replace("[dev]", "dev"),
            "line 3: unattended.0.clusters: should be a list, not 'dev'",
            id="no list",
        ),
        pytest.param(
            RULE.replace("[patch]", "patch"),
            "line 2: unattended.0.changes: should be a list, not 'patch'",
            id="no list of changes",
        ),
        pytest.param(
            RULE.replace("[shop]", "[shop, 7]"),
            "line 4: unattended.0.namespaces.1: input should be a valid string, not '7'",
            id="a number for a name",
        ),
        pytest.param(
            "- access", "line 1: the file: should be a mapping, not \"['access']\"", id="a list"
        ),
        pytest.param("[]", "line 1: the file: should be a mapping, not '[]'", id="an empty list"),
        pytest.param("no", "line 1: the file: should be a mapping, not 'False'", id="a word"),
        pytest.param(
            "unattended: [patch]",
            "line 1: unattended.0: should be a mapping, not 'patch'",
            id="a rule that is none",
        ),
        pytest.param(
            "access: [dev]", "line 1: access: should be a mapping, not \"['dev']\"", id="no modes"
        ),
        pytest.param(
            "protected_namespaces:\n",
            "line 1: protected_namespaces: should be a list, not 'None'",
            id="nothing after a key",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_what_would_be_right(
    content: str, told: str, tmp_path: Path
) -> None:
    assert refusal(tmp_path, content) == told


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    told = refusal(tmp_path, "access: {dev: all}\nundo: true\n")
    assert [one.partition(":")[0] for one in told.split("; ") if "line" in one] == [
        "line 1",
        "line 2",
    ]


def test_a_key_that_is_given_twice_is_told(tmp_path: Path) -> None:
    content = "access:\n  prod: read\n  prod: write\n"
    assert refusal(tmp_path, content) == "line 3: 'prod' is given twice"
    assert refusal(tmp_path, RULE + RULE) == "line 5: 'unattended' is given twice"
    assert refusal(tmp_path, RULE + "    risk: low\n    risk: high\n").startswith("line 6: 'risk'")


@pytest.mark.parametrize(
    "content", ["access: {", "a: b: c", b"\xff\xfe\xfa", "when: 2026-99-99", "? [a]\n: b", "%x"]
)
def test_what_is_no_yaml_is_told(content: str | bytes, tmp_path: Path) -> None:
    assert "is no YAML" in refusal(tmp_path, content)


def test_a_syntax_error_is_told_with_its_line(tmp_path: Path) -> None:
    assert "line 2, column" in refusal(tmp_path, "access:\n  a: b: c\n")


def test_anchors_are_read_and_what_leads_back_to_itself_is_told(tmp_path: Path) -> None:
    shared = RULE.replace("[dev]", "&all ['*']").replace("[shop]", "*all")
    assert load(written(tmp_path, shared)).unattended[0].namespaces == ("*",)
    assert refusal(tmp_path, "access: &a\n  dev: *a\n").startswith("line 2: access.dev: ")


def test_nothing_is_built_but_plain_values(tmp_path: Path) -> None:
    assert "is no YAML" in refusal(tmp_path, "access: !!python/object/apply:os.getcwd []")


@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_a_policy_that_others_may_write_is_refused(mode: int, tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    path.chmod(mode)
    with pytest.raises(RefusedError, match="others than you may write it"):
        load(path)


@pytest.mark.parametrize("name", ["absent.yaml", "."])
def test_a_policy_that_is_named_must_be_there(name: str, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no policy file"):
        load(tmp_path / name)
