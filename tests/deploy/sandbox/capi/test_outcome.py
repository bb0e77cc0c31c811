"""How steps that are met and one that is not become conditions, in each provider's manner."""

from clusterwright.deploy.sandbox.capi.clouds.cloud import Refusal, Step
from clusterwright.deploy.sandbox.capi.provider.contract import Told
from clusterwright.deploy.sandbox.capi.provider.outcome import conditions

STEPS = (Step("First", "Done"), Step("Second", "Done"), Step("Third", "Done"))
FAILED = Refusal("Second", "Broken", "it broke")


def test_ready_says_the_same_as_the_step_that_failed() -> None:
    assert conditions("same", STEPS, FAILED) == [
        Told("Ready", "False", "Broken", "it broke", "Error"),
        Told("First", "True", "Done"),
        Told("Second", "False", "Broken", "it broke", "Error"),
    ]


def test_ready_sums_up_as_cluster_api_does() -> None:
    assert conditions("summary", STEPS, FAILED)[0] == Told(
        "Ready", "False", "NotReady", "* Second: it broke"
    )
    silent = Refusal("Second", "Broken", "")
    assert conditions("summary", STEPS, silent)[0].message == "* Second: Broken"


def test_ready_is_told_only_where_the_refusal_tells_it() -> None:
    assert [one.type for one in conditions("own", STEPS, FAILED)] == ["First", "Second"]
    also = Refusal("Second", "Broken", "it broke", also=(Refusal("Ready", "Error", "failed"),))
    assert conditions("own", STEPS, also)[-1] == Told("Ready", "False", "Error", "failed", "Error")


def test_a_step_that_is_unknown_is_told_so() -> None:
    unknown = Refusal("First", "NotYetReported", "nothing", status="Unknown")
    found = conditions("summary", STEPS, unknown)
    assert [(one.type, one.status) for one in found] == [("Ready", "Unknown"), ("First", "Unknown")]
