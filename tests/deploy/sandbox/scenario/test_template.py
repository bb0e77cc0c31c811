import pytest

from clusterwright.deploy.sandbox.scenario.template import fill
from clusterwright.tools.errors import InvalidInputError


def test_a_lone_placeholder_takes_the_type_of_its_value() -> None:
    assert fill({"port": "${port}", "args": ["--port=${port}"]}, {"port": 8080}) == {
        "port": 8080,
        "args": ["--port=8080"],
    }


def test_keys_are_filled_too() -> None:
    assert fill({"${key}": 1}, {"key": "API_TOKEN"}) == {"API_TOKEN": 1}


def test_json_paths_and_shell_variables_are_left_alone() -> None:
    text = "$.status.phase $HOME ${HOME} $(VAR)"
    assert fill(text, {}) == text


def test_a_value_cannot_change_the_structure() -> None:
    assert fill({"line": "${line}"}, {"line": 'a: {b: "c"}\n- d'}) == {"line": 'a: {b: "c"}\n- d'}


def test_a_value_that_is_not_drawn_is_named_with_those_that_are() -> None:
    with pytest.raises(InvalidInputError, match=r"\$\{prot\}") as raised:
        fill({"port": "${prot}"}, {"port": 1})
    assert "port" in raised.value.hint
