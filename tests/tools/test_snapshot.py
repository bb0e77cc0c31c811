from datetime import UTC, datetime

from clusterwright.tools.manifest import Manifest, name_of
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot, last_seen

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def thing(
    kind: str, name: str, owner: tuple[str, str] = ("", ""), labels: dict[str, str] | None = None
) -> Manifest:
    """Return a raw namespaced object of the apps group, controlled by `owner`."""
    by = {"kind": owner[0], "name": owner[1], "apiVersion": "apps/v1", "controller": True}
    return {
        "kind": kind,
        "apiVersion": "apps/v1",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "labels": labels or {},
            "ownerReferences": [by],
        },
    }


def snapshot(**objects: list[Manifest]) -> Snapshot:
    return Snapshot("test", NOW, objects)


def test_the_workload_of_a_pod_is_its_topmost_controller() -> None:
    pod = thing("Pod", "cart-1-x", ("ReplicaSet", "cart-1"))
    seen = snapshot(
        Pod=[pod],
        ReplicaSet=[thing("ReplicaSet", "cart-1", ("Deployment", "cart"))],
        Deployment=[thing("Deployment", "cart")],
    )
    assert seen.workload(pod) == Ref("Deployment", "cart", "shop")
    assert seen.children(Ref("ReplicaSet", "cart-1", "shop")) == [pod]


def test_a_chain_of_owners_ends_where_an_owner_was_not_read() -> None:
    pod = thing("Pod", "cart-1-x", ("ReplicaSet", "cart-1"))
    assert snapshot(Pod=[pod]).workload(pod) == Ref("ReplicaSet", "cart-1", "shop")


def test_owners_in_a_circle_do_not_hang_the_reader() -> None:
    a, b = (
        thing("Deployment", "a", ("Deployment", "b")),
        thing("Deployment", "b", ("Deployment", "a")),
    )
    assert len(snapshot(Deployment=[a, b]).owners(a)) == 2


def test_selection_needs_every_label_and_the_same_namespace() -> None:
    both = thing("Pod", "both", labels={"app": "cart", "tier": "web"})
    one = thing("Pod", "one", labels={"app": "cart"})
    seen = snapshot(Pod=[both, one])
    assert seen.selected("Pod", "shop", {"app": "cart", "tier": "web"}) == [both]
    assert seen.selected("Pod", "other", {"app": "cart"}) == []
    assert seen.selected("Pod", "shop", {}) == []


def test_a_kind_that_was_not_read_is_not_the_same_as_an_empty_one() -> None:
    seen = snapshot(Pod=[])
    assert seen.was_read("Pod")
    assert not seen.was_read("Secret")
    assert list(seen.of_kind("Secret")) == []


def test_events_come_oldest_first_whichever_field_carries_the_time() -> None:
    about = {"kind": "Pod", "namespace": "shop", "name": "cart-1", "apiVersion": "v1"}
    late = {"involvedObject": about, "lastTimestamp": "2026-01-01T00:00:09Z"}
    early = {"regarding": about, "series": {"lastObservedTime": "2026-01-01T00:00:01Z"}}
    untimed = {"involvedObject": about}
    seen = snapshot(Event=[late, untimed, early])
    assert seen.events(Ref("Pod", "cart-1", "shop")) == [untimed, early, late]
    assert last_seen(untimed) is None


def test_what_is_worked_out_from_a_snapshot_is_worked_out_once() -> None:
    asked: list[Snapshot] = []

    def names(snapshot: Snapshot) -> set[str]:
        asked.append(snapshot)
        return {name_of(one) for one in snapshot.of_kind("Pod")}

    snapshot = Snapshot("test", NOW, {"Pod": [{"metadata": {"name": "a"}}]})
    assert snapshot.derived(names) is snapshot.derived(names)
    assert asked == [snapshot]
    other = Snapshot("test", NOW, {"Pod": []})
    assert other.derived(names) == set()
