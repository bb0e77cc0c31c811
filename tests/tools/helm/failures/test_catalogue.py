"""The catalogue as data: complete, told in whole sentences, and the same in the guide."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from clusterwright.tools.helm import failures
from clusterwright.tools.helm.failures import FAILURES, UNKNOWN, Failure
from clusterwright.tools.helm.failures.failure import NOUNS
from tests.tools.helm.failures.cases.all import CASES

_HERE = Path(failures.__file__).parent
_GUIDE = Path(__file__).parents[4] / "docs/guides/helm-failures.md"
_KINDS = {
    "install",
    "upgrade",
    "rollback",
    "uninstall",
    "unlock",
    "adopt",
    "remove_hook",
    "upgrade_crds",
}
"""Kinds of changes of the Helm server."""
_LITERAL = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]")
"""An escaped character or a set of characters, in which * and + are themselves."""
_UNLIMITED = re.compile(r"[*+]|\{\d*,\}")
_ROW = "| code | what it means | what to do |\n|---|---|---|\n"


def test_every_row_of_every_family_is_in_the_catalogue() -> None:
    families = {one.stem for one in _HERE.glob("*.py")} - {"__init__", "all"}
    modules = [import_module(f"{failures.__name__}.{one}") for one in sorted(families)]
    rows = [one for module in modules for one in vars(module).values() if isinstance(one, Failure)]
    assert {one.code for one in rows} == {one.code for one in FAILURES}


def test_codes_are_words_of_the_field_and_each_is_there_once() -> None:
    codes = [one.code for one in FAILURES]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", one) for one in codes)
    assert UNKNOWN not in codes


def test_every_row_is_brought_about_or_says_why_not() -> None:
    assert {one.code for one in CASES} == {one.code for one in FAILURES if one.reproduced}
    assert all(one.unseen_because for one in FAILURES if not one.reproduced)
    assert all(bool(one.unseen) == bool(one.unseen_because) for one in FAILURES)
    assert all(re.search(r"\d", one.source) for one in FAILURES)


@pytest.mark.parametrize("row", FAILURES, ids=lambda row: row.code)
def test_sentences_come_out_with_and_without_detail(row: Failure) -> None:
    patterns = (*row.patterns, *row.unseen)
    named = {name: "what it was" for one in patterns for name in one.groupindex}
    for detail in ({}, named, {"event": "pre-install"}):
        for told in (row.told_cause(detail), row.told_change(detail)):
            assert re.fullmatch(r"[A-Z“a-z].*\.", told)
            assert not re.search(r"[{}]", told)


def test_every_noun_stands_in_for_a_slot() -> None:
    told = [text for row in FAILURES for text in (row.cause, row.change, row.in_hook)]
    slots = {slot for text in told for slot in re.findall(r"{(\w+)}", text)}
    assert slots == set(NOUNS)


@pytest.mark.parametrize("row", FAILURES, ids=lambda row: row.code)
def test_what_stands_in_backticks_is_a_kind_of_change(row: Failure) -> None:
    assert set(re.findall(r"`([^`]*)`", row.change + row.in_hook)) <= _KINDS


@pytest.mark.parametrize("row", FAILURES, ids=lambda row: row.code)
def test_patterns_repeat_nothing_without_a_limit(row: Failure) -> None:
    unlimited = [one.pattern for one in (*row.patterns, *row.unseen) if _unlimited(one.pattern)]
    assert unlimited == []


def _unlimited(pattern: str) -> bool:
    return bool(_UNLIMITED.search(_LITERAL.sub("x", pattern)))


@pytest.mark.parametrize("pattern", [r"a+", r"[^\n]*", r"\w{2,}", r"\*+", r"a{1,9}b*"])
def test_a_pattern_without_limit_would_be_found(pattern: str) -> None:
    assert _unlimited(pattern)


def test_the_guide_has_the_catalogue_as_it_is() -> None:
    rows = [f"| `{one.code}` | {one.title} | {one.told_change({})} |\n" for one in FAILURES]
    table = _ROW + "".join(sorted(rows))
    assert table in _GUIDE.read_text(encoding="utf-8"), f"the guide needs this table:\n{table}"
