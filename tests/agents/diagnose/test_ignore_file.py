"""The ignore file: what its entries name, and how it says that one is wrong."""

from datetime import date

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.agents.diagnose.ignore_file import Entry, parse_ignore_file
from clusterwright.tools.errors import InvalidInputError
from tests.agents.found import answered, finding

FILE = """\
# what the shop lives with
- code: pod/image-not-found
  subject: Deployment/shop/*
  owner: shop
  reason: The image comes with release 12.
  expires: 2026-12-31

- cluster: "dev-*"
  owner: platform
  reason: Test clusters are rebuilt each night.
  expires: "2027-06-30"
"""
ENTRY = Entry(
    place="entry 1 (line 2)",
    code="pod/image-not-found",
    subject="Deployment/shop/*",
    cluster="*",
    owner="shop",
    reason="The image comes with release 12.",
    expires=date(2026, 12, 31),
)


def root(code: str, subject: str, cluster: str = "dev") -> RootCause:
    return correlate([answered(finding(code, subject), cluster=cluster)]).root_causes[0]


def test_entries_are_read_with_where_they_stand() -> None:
    second = Entry(
        place="entry 2 (line 8)",
        code="*",
        subject="*",
        cluster="dev-*",
        owner="platform",
        reason="Test clusters are rebuilt each night.",
        expires=date(2027, 6, 30),
    )
    assert parse_ignore_file(FILE, "x.yaml") == (ENTRY, second)


@pytest.mark.parametrize("empty", ["", "# nothing\n", "---\n", "[]\n"])
def test_an_empty_file_ignores_nothing(empty: str) -> None:
    assert parse_ignore_file(empty, "x.yaml") == ()


@pytest.mark.parametrize(
    ("code", "subject", "hit"),
    [
        ("pod/image-not-found", "Deployment/shop/cart", True),
        ("pod/image-not-found", "Deployment/pay/cart", False),
        ("pod/image-not-found", "Pod/shop/cart", False),
        ("pod/crash-loop", "Deployment/shop/cart", False),
    ],
)
def test_all_that_an_entry_says_has_to_match(code: str, subject: str, hit: bool) -> None:
    assert ENTRY.matches(root(code, subject), "dev") is hit


def test_an_entry_of_a_cluster_names_all_in_it_and_nothing_elsewhere() -> None:
    entry = parse_ignore_file(FILE, "x.yaml")[1]
    assert entry.matches(root("pod/crash-loop", "Pod/a/b", "dev-1"), "")
    assert not entry.matches(root("pod/crash-loop", "Pod/a/b", "prod"), "")
    assert entry.is_about({"prod", "dev-1"})
    assert not entry.is_about({"prod"})


def test_an_entry_holds_to_the_end_of_its_last_day() -> None:
    assert not ENTRY.expired(date(2026, 12, 31))
    assert ENTRY.expired(date(2027, 1, 1))


_REST = "owner: a\n  reason: b\n  expires: 2027-01-01\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- code: a/b\n  owner: a\n  expires: 2027-01-01\n", "'reason' is missing"),
        ("- code: a/b\n", "'owner' is missing; 'reason' is missing; 'expires' is missing"),
        (f"- subjet: a\n  code: a/b\n  {_REST}", "'subjet' is not known, did you mean 'subject'?"),
        (f"- {_REST}", "it does not say what to ignore"),
        (f"- code: 5\n  {_REST}", "'code' is '5': input should be a valid string"),
        (f"- code: ''\n  {_REST}", "'code' is '': string should have at least 1 character"),
        (f"- code: a/b\n  code: c/d\n  {_REST}", "'code' is there twice"),
        (f"- code: a/b\n  {_REST}".replace("2027-01-01", "soon"), "'soon', which is no date"),
        (f"- code: a/b\n  {_REST}".replace("2027-01-01", "20270101"), "which is no date"),
        (f"- code: a/b\n  {_REST}".replace("2027-01-01", "2027-01-01T10:00:00Z"), "is no date"),
        ("- pod/crash-loop\n", "'pod/crash-loop' is no mapping"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line_and_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        parse_ignore_file("- code: a/b\n  " + _REST + text, "x.yaml")
    assert str(raised.value).startswith("x.yaml, entry 2 (line 5): ")
    assert said in str(raised.value)
    assert "expires: a date as 2027-01-31" in raised.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code: a/b\n", "x.yaml is not a list"),
        ("- [\n", "x.yaml is not YAML: "),
        ("- !!python/object:os.system {}\n", "x.yaml is not YAML: "),
        ("a\n---\nb\n", "x.yaml is not YAML: "),
        ("- expires: 2027-13-45\n", "x.yaml is not YAML: month must be in 1..12"),
    ],
)
def test_a_file_of_another_form_is_told_as_such(text: str, said: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        parse_ignore_file(text, "x.yaml")
    assert said in str(raised.value)
