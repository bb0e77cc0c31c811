"""release/locked: an operation is dead only once nothing tells that it lives."""

from tests.tools.helm.estates import CART, HOUR, Cluster, deployment, hook, live, record, thing

CODE = "release/locked"
JOB = thing("Job", "migrate", api="batch/v1")


def waiting(*, started: float = 2 * HOUR, **job: object) -> Cluster:
    """A release whose pre-upgrade hook began some time ago, and its Job."""
    pending = record(
        2, "pending-upgrade", hooks=[hook(JOB, "Running", started=started)], age=started
    )
    return Cluster([pending, record(age=9 * HOUR)], [live({**JOB, **job})])


def test_a_pending_revision_that_nobody_is_at_work_on() -> None:
    pending = record(8, "pending-upgrade", deployment(), age=3 * HOUR)
    found = Cluster([pending, record(7, age=9 * HOUR)]).only(CODE)
    assert found.subject == CART
    assert found.title == (
        "Revision 8 is pending-upgrade since 3h, and nobody is at work on it any more; Helm refuses"
        " whatever else is asked; revision 7 is what runs"
    )
    assert [one.changes[0] for one in found.remedies] == [
        {"kind": "unlock", "release": "shop/cart"},
        {"kind": "rollback", "release": "shop/cart", "revision": 7},
    ]


def test_a_first_installation_that_died_is_uninstalled() -> None:
    found = Cluster([record(1, "pending-install", age=3 * HOUR)]).only(CODE)
    assert found.title.endswith("; no revision of it is deployed")
    assert found.remedies[-1].changes == ({"kind": "uninstall", "release": "shop/cart"},)


def test_a_young_one_may_be_at_work() -> None:
    assert CODE not in Cluster([record(8, "pending-upgrade", age=300)]).codes()


def test_whoever_has_just_written_objects_is_at_work() -> None:
    pending = record(8, "pending-upgrade", deployment(), age=900)
    just = Cluster([pending], [live(deployment(), age=400)])
    assert CODE not in just.codes()
    before = Cluster([pending], [live(deployment(), age=1_000)])
    assert CODE in before.codes()


def test_without_a_hook_all_objects_are_written_at_once() -> None:
    pending = record(8, "pending-upgrade", deployment(), age=3 * HOUR)
    assert CODE in Cluster([pending], [live(deployment(), age=60)]).codes()
    slow = hook(JOB, "Succeeded", started=3 * HOUR)
    waited = record(8, "pending-upgrade", deployment(), hooks=[slow], age=3 * HOUR)
    assert CODE not in Cluster([waited], [live(deployment(), age=60)]).codes()


def test_a_hook_that_runs_is_waited_for() -> None:
    active = {"status": {"active": 1}}
    assert CODE not in waiting(started=HOUR / 2, **active).codes()
    assert CODE in waiting(started=2 * HOUR, **active).codes()
    failed = {"status": {"active": 1, "conditions": [{"type": "Failed", "status": "True"}]}}
    found = waiting(started=HOUR / 2, **failed).only(CODE)
    assert "in its pre-upgrade hook Job migrate" in found.title


def test_a_revision_of_which_nobody_knows_when_it_was_written_is_left_alone() -> None:
    odd = record(8, "pending-upgrade", info={"last_deployed": "yesterday"})
    odd["metadata"]["labels"]["modifiedAt"] = "yesterday"
    assert CODE not in Cluster([odd]).codes()


def test_labels_that_the_revision_before_left_do_not_make_one_older() -> None:
    young = record(8, "pending-upgrade", age=60)
    young["metadata"]["labels"]["modifiedAt"] = "1"
    assert CODE not in Cluster([young]).codes()
