"""What records alone tell: none deployed, unreadable, too large, too many."""

import random

from clusterwright.tools.finding import Severity
from tests.tools.helm.estates import HOUR, Cluster, packed, record
from tests.tools.kubernetes.analyzers.cluster import ago


def test_superseded_revisions_alone_are_none_that_runs() -> None:
    found = Cluster([record(2, "superseded"), record(1, "superseded")])
    told = found.only("release/not-deployed")
    assert told.title == (
        "None of its 2 revisions is deployed: the newest, 2, is superseded, so that Helm does not"
        " know what runs"
    )
    assert told.remedies[0].changes[0]["revision"] == 2


def test_an_uninstallation_may_be_under_way() -> None:
    assert Cluster([record(2, "uninstalling", age=60)]).codes() == []
    begun = record(2, "uninstalling", age=9 * HOUR, info={"deleted": ago(60)})
    assert Cluster([begun]).codes() == []


def test_an_uninstallation_that_did_not_end() -> None:
    found = Cluster([record(2, "uninstalling", age=2 * HOUR)]).only("release/not-deployed")
    assert found.title == "Its uninstallation began 2h ago and did not end; part of it may be gone"
    assert found.remedies[0].changes == ({"kind": "uninstall", "release": "shop/cart"},)


def test_a_history_that_was_kept_on_purpose_is_no_trouble() -> None:
    assert Cluster([record(2, "uninstalled")]).codes() == []


def test_a_record_that_nobody_can_read() -> None:
    garbled = record(2)
    garbled["data"]["release"] = "SDRzSUFBQUFBQUFDLw=="
    found = Cluster([garbled, record(1, "superseded")]).only("release/unreadable")
    assert found.title.startswith("The record of revision 2, deployed, cannot be read: ")
    assert str(found.evidence[0].ref) == "Secret/shop/sh.helm.release.v1.cart.v2"
    assert not found.remedies


def test_a_readable_revision_that_runs_is_what_one_goes_back_to() -> None:
    garbled = packed([], "cart", 2, "failed")
    found = Cluster([garbled, record(1)]).only("release/unreadable")
    assert found.remedies[0].changes[0]["revision"] == 1


def test_a_record_that_nearly_fills_a_secret() -> None:
    def sized(kilobytes: int) -> Cluster:
        noise = random.Random(7).randbytes(kilobytes * 1024).hex()
        return Cluster([record(info={"notes": noise})])

    assert sized(500).codes() == []
    (near,) = sized(570).findings()
    assert (near.code, near.severity) == ("release/near-size-limit", Severity.INFO)
    (full,) = sized(660).findings()
    assert full.severity is Severity.WARNING


def test_far_more_revisions_than_helm_keeps() -> None:
    kept = [record(number, "superseded") for number in range(1, 19)]
    assert Cluster([record(19), *kept]).codes() == []
    found = Cluster([record(28), *kept, record(27, "superseded")])
    (told,) = found.findings()
    assert told.code == "release/history-overflow"
    assert told.title.startswith("20 revisions of it are kept")
    assert told.severity is Severity.INFO
