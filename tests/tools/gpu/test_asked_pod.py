"""The pod that is asked about: how it may be named, and what is said of one that is not there."""

import pytest

from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.gpu.asked_pod import fetched, named
from clusterwright.tools.manifest import Manifest, name_of
from clusterwright.tools.ref import Ref
from tests.tools.prometheus.answering import a_cluster


@pytest.mark.parametrize(
    ("spelled", "ref"),
    [
        ("train-0", "Pod/ml/train-0"),
        ("web/train-0", "Pod/web/train-0"),
        ("Pod/web/train-0", "Pod/web/train-0"),
        ("Job/train", "Job/ml/train"),
        ("Job/web/train", "Job/web/train"),
        ("Rollout.argoproj.io/web/train", "Rollout.argoproj.io/web/train"),
    ],
)
def test_what_names_no_namespace_is_of_the_one_that_is_given(spelled: str, ref: str) -> None:
    assert named(spelled, "ml") == Ref.parse(ref)


@pytest.mark.parametrize("spelled", ["a/b/c/d", "ml/", "/train", "Job//train", "Secret/ml/x"])
def test_what_names_no_pod_is_refused(spelled: str) -> None:
    with pytest.raises(InvalidInputError):
        named(spelled, "ml")


def pod(name: str) -> Manifest:
    return {"metadata": {"name": name, "namespace": "ml"}}


PODS = [pod("train-0"), pod("train-1"), pod("other")]
SPACES: list[Manifest] = [{"metadata": {"name": "ml"}}]


async def hint(spelled: str, *denied: str) -> str:
    cluster = a_cluster({"pods": PODS, "namespaces": SPACES}, *denied)
    with pytest.raises(NotFoundError) as caught:
        await fetched(cluster, named(spelled, "ml"))
    await cluster.aclose()
    return caught.value.hint


@pytest.mark.anyio
async def test_a_pod_is_read() -> None:
    cluster = a_cluster({"pods": PODS, "namespaces": SPACES})
    assert name_of(await fetched(cluster, named("train-0", "ml"))) == "train-0"
    await cluster.aclose()


@pytest.mark.anyio
async def test_a_misspelled_pod_is_told_with_the_nearest_ones() -> None:
    assert await hint("trian-0") == "did you mean ml/train-0, ml/train-1?"


@pytest.mark.anyio
async def test_one_that_nothing_resembles_is_told_as_before() -> None:
    assert "did you mean" not in await hint("zzz")
    assert "did you mean" not in await hint("trian-0", "pods")
