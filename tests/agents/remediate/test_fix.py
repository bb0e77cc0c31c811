"""Which finding of a later look a root cause is."""

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.remediate.fix import Found
from tests.agents.found import answered, finding


def found(*titles: str, cluster: str = "dev") -> Found:
    """Return a look that finds one code about one release, in these words."""
    answers = [
        answered(
            *(finding("release/drifted", "HelmRelease/shop/cart", title=one) for one in titles),
            cluster=cluster,
        )
    ]
    return Found(correlate(answers), tuple(answers))


def test_a_problem_is_known_again_when_its_title_tells_another_age() -> None:
    [root] = found("changed by kubectl 9 s ago").diagnosis.root_causes
    source = found("changed by kubectl 12 s ago").source(root)
    assert source is not None
    assert source[1].title == "changed by kubectl 12 s ago"


def test_of_two_alike_the_one_with_the_same_title_is_meant() -> None:
    [_, root] = found("the image", "the port").diagnosis.root_causes
    source = found("the image", "the port").source(root)
    assert source is not None
    assert source[1].title == root.title


def test_what_is_gone_or_elsewhere_is_not_found() -> None:
    [root] = found("the image").diagnosis.root_causes
    assert found().source(root) is None
    assert found("the image", cluster="prod").source(root) is None
