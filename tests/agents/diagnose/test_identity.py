"""What names a root cause, and how one is known again."""

from collections.abc import Sequence

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.agents.diagnose.identity import identity, paired
from clusterwright.tools.finding import Finding, Severity
from tests.agents.found import NOON, answered, finding

ON = "Ingress/shop/web"


def told(*titles: str) -> list[Finding]:
    return [finding("ingress/port-missing", ON, title=title) for title in titles]


def roots(*findings: Finding) -> tuple[RootCause, ...]:
    return correlate([answered(*findings)]).root_causes


def ids(*titles: str) -> dict[str, str]:
    return {one.title: one.id for one in roots(*told(*titles))}


def test_the_only_one_of_its_code_on_its_object_is_named_by_these_whatever_its_title() -> None:
    assert {*ids("port 80").values(), *ids("other words").values()} == {
        identity("dev", "ingress/port-missing", ON)
    }


def test_twins_whose_titles_differ_in_numbers_only_have_ids_of_their_own() -> None:
    three, two = (
        ids("no port 8080", "no port 8081", "no port 8082"),
        ids("no port 8081", "no port 8082"),
    )
    assert len(set(three.values())) == 3
    assert two.items() <= three.items()
    assert three["no port 8080"] not in ids("no port 8081").values()


def test_the_first_twin_has_a_mark_as_the_others_have() -> None:
    assert identity("dev", "ingress/port-missing", ON) not in ids("a", "b").values()


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (("waits for 10 s", "fails 3 of 4"), ("waits for 95 s", "fails 2 of 4")),
        (("no port 80 for 45s", "no port 81 for 1m2s"), ("no port 80 for 3h", "no port 81 for 3h")),
        (("no port 80 (x4)", "no port 81 (x4)"), ("no port 80 (x9)", "no port 81 (x12)")),
        (
            ("no port 80 for 2 days", "no port 81 for 1 day"),
            ("no port 80 for 5 s", "no port 81 for 1 s"),
        ),
    ],
)
def test_ages_and_counts_change_no_id(was: Sequence[str], now: Sequence[str]) -> None:
    first, later = ids(*was), ids(*now)
    assert len(set(first.values())) == 2
    assert [first[title] for title in was] == [later[title] for title in now]


def test_what_only_ages_tell_apart_has_ids_of_its_own_all_the_same() -> None:
    assert len(set(ids("waits for 10 s", "waits for 20 s", "waits for 30 s").values())) == 3


def test_alerts_of_one_name_keep_their_id_while_more_of_them_fire() -> None:
    def alerts(*titles: str, severity: Severity = Severity.WARNING) -> list[Finding]:
        return [finding("alert/firing", "Alert/Down", title=t, severity=severity) for t in titles]

    bad = alerts("x is down", severity=Severity.CRITICAL)
    [one], [two] = roots(*alerts("a is down")), roots(*alerts("a is down", "b is down"))
    assert (one.id, two.times) == (two.id, 2)
    first, later = roots(*alerts("a is down"), *bad), roots(*alerts("c is down", "b is down"), *bad)
    assert [one.id for one in first] == [one.id for one in later]


def test_one_of_several_is_known_again_by_its_title_then_its_id_then_its_words() -> None:
    def again(now: Sequence[str], before: Sequence[str]) -> dict[str, str]:
        some, earlier = roots(*told(*now)), roots(*told(*before))
        return {some[i].title: earlier[k].title for i, k in paired(some, earlier).items()}

    assert again(["no port 81"], ["no port 80", "no port 81"]) == {"no port 81": "no port 81"}
    assert again(["other words"], ["no port 80"]) == {"other words": "no port 80"}
    assert again(["fails 3", "other"], ["fails 2"]) == {"fails 3": "fails 2"}
    assert again(["no port 82", "no port 81"], ["no port 80", "no port 81"]) == {
        "no port 81": "no port 81"
    }


def test_times_with_and_without_a_zone_are_compared() -> None:
    naive = NOON.replace(tzinfo=None)
    some = [
        finding("alert/firing", "Alert/Down", title=title).model_copy(update={"since": since})
        for title, since in (("a", NOON), ("b", naive))
    ]
    assert len(roots(*some)) == 1
