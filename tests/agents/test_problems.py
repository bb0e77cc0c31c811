"""What a server answers is read finding by finding."""

import pytest
from pydantic import ValidationError

from clusterwright.agents.problems import Problems
from clusterwright.tools.finding import Edge
from clusterwright.tools.manifest import Json
from tests.agents.found import edge, finding

GOOD = finding("pod/crash-loop", "Pod/shop/cart").model_dump(mode="json")


@pytest.mark.parametrize(
    "odd",
    [
        {**GOOD, "subject": "my web app/shop/cart"},
        {**GOOD, "subject": "Pod/shop/a\nb"},
        {**GOOD, "severity": "fatal"},
        {},
        None,
        "x",
    ],
)
def test_an_odd_finding_is_a_gap_and_costs_no_other(odd: Json) -> None:
    read = Problems.model_validate({"cluster": "dev", "findings": [odd, GOOD], "coverage": {}})
    assert [str(one.subject) for one in read.findings] == ["Pod/shop/cart"]
    assert [gap.what for gap in read.coverage.gaps] == ["1 findings"]


def test_an_odd_relation_costs_no_other() -> None:
    good = edge("Pod/shop/a", Edge.OWNED_BY, "Job/shop/b").model_dump(mode="json")
    answer: Json = {"cluster": "dev", "relations": [{**good, "target": "?"}, good], "coverage": {}}
    assert len(Problems.model_validate(answer).relations) == 1


@pytest.mark.parametrize("answer", [None, [], {"findings": []}, {"cluster": "dev"}])
def test_what_is_no_answer_at_all_is_refused(answer: Json) -> None:
    with pytest.raises(ValidationError):
        Problems.model_validate(answer)
