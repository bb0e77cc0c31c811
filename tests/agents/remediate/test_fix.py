"""Which finding of a later look a root cause is, and whose tools carry a remedy out."""

from dataclasses import replace

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.remediate.fix import Found
from clusterwright.tools.finding import Remedy
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


def looked_at(*servers: tuple[str, str, str]) -> Found:
    """Return a look by servers, each with its tool and the cluster that it looked at."""
    answers = [
        replace(answered(cluster=cluster), server=server, tool=tool)
        for server, tool, cluster in servers
    ]
    return Found(correlate(answers), tuple(answers))


def remedy(tool: str = "") -> Remedy:
    """Return a remedy that a tool plans; none: that of the server which found the cause."""
    return Remedy(say="repair it", changes=({"kind": "patch"},), tool=tool)


def test_a_remedy_is_carried_out_by_the_server_that_found_the_cause() -> None:
    found = looked_at(("gpu", "gpu_find_problems", "dev"))
    hands = found.hands(found.answers[0], remedy())
    assert hands is not None
    assert (hands.server, hands.plan, hands.apply) == ("gpu", "gpu_plan_change", "gpu_apply_change")


def test_a_remedy_of_another_server_goes_to_the_one_that_looks_at_the_same_cluster() -> None:
    found = looked_at(
        ("gpu", "gpu_find_problems", "dev"),
        ("prod", "k8s_find_problems", "prod"),
        ("dev", "k8s_find_problems", "dev"),
    )
    hands = found.hands(found.answers[0], remedy("k8s_plan_change"))
    assert hands is not None
    assert (hands.server, hands.plan) == ("dev", "k8s_plan_change")


def test_a_remedy_of_a_server_that_is_not_there_is_carried_out_by_nobody() -> None:
    found = looked_at(
        ("gpu", "gpu_find_problems", "dev"), ("mgmt", "capi_find_problems", "management")
    )
    assert found.hands(found.answers[0], remedy("capi_plan_change")) is None
