"""release/bad-image: which value, of which revision, names an image that cannot be pulled."""

from clusterwright.tools.finding import Edge, Finding
from clusterwright.tools.manifest import Manifest
from tests.tools.helm.estates import CART, Cluster, deployment, hook, live, record, thing
from tests.tools.kubernetes.analyzers.cluster import make, owned, pod, waiting

CODE = "release/bad-image"
REPOSITORY = "registry.example/shop/cart"
NONE = "manifest unknown: not found"
DENIED = "401 Unauthorized"
SILENT = "dial tcp: lookup registry.example: no such host"


def revision(number: int, status: str, tag: str, **values: object) -> Manifest:
    """A revision whose values set the tag, and whose template renders it."""
    image = {"repository": REPOSITORY, "tag": tag}
    return record(
        number,
        status,
        deployment(image=f"{REPOSITORY}:{tag}"),
        values={"image": image, "replicas": 2, **values},
        age=3_600 * (20 - number),
    )


def cluster(*records: Manifest, image: str, said: str = NONE, name: str = "cart") -> Cluster:
    """A cluster where the pods of a Deployment cannot pull an image."""
    workload = live(deployment(name, image=image))
    replicas = owned(make("ReplicaSet", f"{name}-1", api="apps/v1"), workload)
    return Cluster(records, [workload, replicas, waits(replicas, image, said)])


def waits(owner: Manifest, image: str, said: str) -> Manifest:
    state = waiting("ImagePullBackOff", f'Back-off pulling image "{image}": {said}')
    name = f"{owner['metadata']['name']}-x"
    return owned(pod(state, name=name, phase="Pending", container={"image": image}), owner)


def only(found: Cluster) -> Finding:
    return found.only(CODE)


def test_a_tag_that_values_set_some_revisions_ago() -> None:
    found = only(
        cluster(
            revision(8, "deployed", "v9", level="debug"),
            revision(7, "superseded", "v9"),
            revision(6, "superseded", "v8"),
            image=f"{REPOSITORY}:v9",
        )
    )
    assert found.subject == CART
    assert found.title == (
        'Image tag "v9" of Deployment/shop/cart cannot be pulled; it was set by image.tag in the'
        ' values of revision 7, where revision 6 had "v8"'
    )
    assert [one.changes[0] for one in found.remedies] == [
        {"kind": "rollback", "release": "shop/cart", "revision": 6},
        {
            "kind": "upgrade",
            "release": "shop/cart",
            "values": {"image": {"tag": f"<ask: a tag of {REPOSITORY} that exists>"}},
        },
    ]
    assert [(str(one.source), one.edge) for one in found.relations] == [
        ("Deployment/shop/cart", Edge.RELEASED_BY)
    ]


def test_revisions_that_failed_never_worked() -> None:
    found = only(
        cluster(
            revision(8, "failed", "v9"),
            revision(7, "failed", "v8.5"),
            revision(6, "deployed", "v8"),
            image=f"{REPOSITORY}:v9",
        )
    )
    assert found.title.endswith('in the values of revision 8, where revision 6 had "v8"')


def test_a_first_installation_has_nothing_to_go_back_to() -> None:
    found = only(cluster(revision(1, "deployed", "v9"), image=f"{REPOSITORY}:v9"))
    assert found.title.endswith("of revision 1, and no revision that is kept had another")
    assert [one.changes[0]["kind"] for one in found.remedies] == ["upgrade"]


def test_the_charts_own_value_and_its_version() -> None:
    own = record(
        1,
        "deployed",
        deployment(image=f"{REPOSITORY}:v9"),
        defaults={"image": {"repository": REPOSITORY, "tag": "v9"}},
    )
    found = only(cluster(own, image=f"{REPOSITORY}:v9"))
    assert "image.tag of the chart's own values names it, since revision 1" in found.title
    version = record(1, "deployed", deployment(image=f"{REPOSITORY}:2.0"))
    found = only(cluster(version, image=f"{REPOSITORY}:2.0"))
    assert "the chart web 1.4.0 names it by its appVersion, since revision 1" in found.title


def test_of_several_images_the_value_beside_the_right_repository_is_meant() -> None:
    values = {
        "api": {"image": {"repository": "registry.example/shop/api", "tag": "v9"}},
        "cart": {"image": {"repository": REPOSITORY, "tag": "v9"}},
        "build": "v9",
    }
    one = record(2, "deployed", deployment(image=f"{REPOSITORY}:v9"), values=values)
    assert "it was set by cart.image.tag in" in only(cluster(one, image=f"{REPOSITORY}:v9")).title


def test_a_whole_image_in_one_value_and_a_repository_that_was_renamed() -> None:
    whole = record(
        2, "deployed", deployment(image="shop/cart:v9"), values={"image": "shop/cart:v9"}
    )
    assert 'Image "shop/cart:v9" of' in only(cluster(whole, image="shop/cart:v9")).title
    renamed = record(
        2,
        "deployed",
        deployment(image="registry.example/store/cart:v9"),
        values={"image": {"repository": "registry.example/store/cart", "tag": "v9"}},
    )
    found = only(
        cluster(renamed, revision(1, "superseded", "v9"), image="registry.example/store/cart:v9")
    )
    assert found.title.startswith('Image repository "registry.example/store/cart" of')


def test_workloads_that_one_value_names_are_one_cause() -> None:
    image = f"{REPOSITORY}:v9"
    both = record(
        2,
        "deployed",
        deployment(image=image),
        deployment("worker", image=image),
        values={"image": {"repository": REPOSITORY, "tag": "v9"}},
    )
    first = cluster(both, image=image)
    second = cluster(both, image=image, name="worker")
    found = only(Cluster([both], [*first.live, *second.live]))
    assert "of Deployment/shop/cart and 1 more cannot be pulled" in found.title
    assert [str(one.source) for one in found.relations] == [
        "Deployment/shop/cart",
        "Deployment/shop/worker",
    ]


def test_the_image_of_a_hook() -> None:
    spec: Manifest = {"template": {"spec": {"containers": [{"name": "app", "image": "shop/m:v9"}]}}}
    job = thing("Job", "migrate", api="batch/v1", spec=spec)
    failed = record(
        2,
        "failed",
        hooks=[hook(job, "Failed")],
        values={"image": {"repository": "shop/m", "tag": "v9"}},
    )
    there = {**job, "metadata": {"name": "migrate", "namespace": "shop"}}
    found = only(Cluster([failed], [there, waits(there, "shop/m:v9", NONE)]))
    assert found.title.startswith('Image tag "v9" of Job/shop/migrate cannot be pulled')


def test_what_was_set_by_hand_or_overtaken_is_not_the_values_doing() -> None:
    by_hand = cluster(revision(2, "deployed", "v8"), image=f"{REPOSITORY}:v9")
    assert CODE not in by_hand.codes()
    rolled_back = cluster(
        revision(3, "deployed", "v8"), revision(2, "superseded", "v9"), image=f"{REPOSITORY}:v9"
    )
    assert CODE not in rolled_back.codes()


def test_a_registry_that_denies_or_is_silent_is_at_fault_itself_unless_it_was_named_just_now() -> (
    None
):
    for said in (DENIED, SILENT):
        same = cluster(
            revision(2, "deployed", "v9"),
            revision(1, "superseded", "v8"),
            image=f"{REPOSITORY}:v9",
            said=said,
        )
        assert CODE not in same.codes()
        moved = record(
            3,
            "deployed",
            deployment(image="other.example/shop/cart:v8"),
            values={"image": {"repository": "other.example/shop/cart", "tag": "v8"}},
        )
        other = cluster(
            moved,
            revision(1, "superseded", "v8"),
            image="other.example/shop/cart:v8",
            said=said.replace("registry.", "other."),
        )
        assert CODE in other.codes()


def test_pods_that_can_pull_say_nothing() -> None:
    found = cluster(revision(2, "deployed", "v9"), image=f"{REPOSITORY}:v9")
    quiet = Cluster(found.records, [one for one in found.live if one["kind"] != "Pod"])
    assert CODE not in quiet.codes()
