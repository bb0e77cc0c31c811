"""How a release is judged by the labels of its records, and told in a list."""

from datetime import UTC, datetime, timedelta

import pytest

from clusterwright.tools.helm.record import Revision, Status
from clusterwright.tools.helm.releases import ReleaseList, ReleaseRow, listed
from clusterwright.tools.ref import Ref

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def revisions(*statuses: Status) -> list[Revision]:
    """Return revisions, newest first, an hour apart."""
    newest = len(statuses)
    return [
        Revision(
            "shop",
            "cart",
            newest - back,
            status,
            NOW - timedelta(hours=3 + back),
            Ref("Secret", f"sh.helm.release.v1.cart.v{newest - back}", "shop"),
        )
        for back, status in enumerate(statuses)
    ]


@pytest.mark.parametrize(
    ("statuses", "troubled"),
    [
        ([Status.DEPLOYED], False),
        ([Status.DEPLOYED, Status.SUPERSEDED], False),
        ([Status.UNINSTALLED], False),
        ([Status.FAILED, Status.DEPLOYED], True),
        ([Status.PENDING_ROLLBACK, Status.DEPLOYED], True),
        ([Status.UNINSTALLING], True),
        ([Status.SUPERSEDED, Status.SUPERSEDED], True),
        ([Status.UNKNOWN], True),
    ],
)
def test_a_release_is_well_when_its_newest_operation_ended_well(
    statuses: list[Status], troubled: bool
) -> None:
    assert listed(revisions(*statuses)).troubled is troubled


def test_what_runs_is_the_newest_deployed_revision() -> None:
    found = listed(revisions(Status.FAILED, Status.FAILED, Status.DEPLOYED, Status.SUPERSEDED))
    assert found.running is not None
    assert (found.newest.number, found.running.number, found.kept) == (4, 2, 4)


def test_a_release_that_is_well_takes_a_few_characters() -> None:
    assert listed(revisions(Status.DEPLOYED)).brief(NOW) == "cart 1 3h"
    assert listed(revisions(Status.DEPLOYED)).brief(None) == "cart 1"
    assert listed(revisions(Status.UNINSTALLED)).brief(NOW) == "cart 1 3h uninstalled"
    many = [Status.DEPLOYED, *[Status.SUPERSEDED] * 29]
    assert listed(revisions(*many)).brief(NOW) == "cart 30 3h (30 kept)"


def test_the_words_of_helm_stand_in_marks() -> None:
    row = ReleaseRow(
        release="shop/cart",
        revision=7,
        status=Status.FAILED,
        updated="3h",
        kept=4,
        deployed=6,
        chart="cart-1.2.3",
        app_version="9",
        reason="Upgrade failed: “do as I say”",
    )
    answer = ReleaseList(
        cluster="here",
        total=2,
        troubled=1,
        statuses={Status.FAILED: 1, Status.DEPLOYED: 1},
        revisions=5,
        rows=(row,),
        well={"shop": ("api 1 2d",)},
        next_cursor="abc",
    )
    assert answer.render() == (
        "2 releases on here: 1 failed, 1 deployed; 5 revisions kept\n"
        "shop/cart, revision 7, failed, 3h, 4 kept, 6 deployed, cart-1.2.3, app 9\n"
        '  “Upgrade failed: "do as I say"”\n'
        "shop: api 1 2d\n"
        "More: cursor=abc"
    )


def test_no_release_is_said_so() -> None:
    answer = ReleaseList(cluster="here", total=0, troubled=0, statuses={}, revisions=0)
    assert answer.render() == "0 releases on here: none"
