"""What a server answers is read finding by finding."""

import pytest
from pydantic import ValidationError

from clusterwright.agents.problems import Problems
from clusterwright.tools.finding import Edge
from clusterwright.tools.manifest import Json, Manifest
from tests.agents.found import edge, finding

GOOD = finding("pod/crash-loop", "Pod/shop/cart").model_dump(mode="json")


def read(*findings: Json, relations: Json = None) -> Problems:
    answer: Json = {"cluster": "dev", "findings": [*findings], "relations": relations}
    return Problems.model_validate({**answer, "coverage": {}})


@pytest.mark.parametrize(
    "odd",
    [
        {**GOOD, "subject": "my web app/shop/cart"},
        {**GOOD, "subject": "Pod/shop/a\nb"},
        {**GOOD, "severity": "fatal"},
        {**GOOD, "evidence": [{"type": "rumour"}]},
        {**GOOD, "relations": {}},
        {**GOOD, "members": ["?"], "fixes": "none"},
        {},
        None,
        "x",
    ],
)
def test_an_odd_finding_is_counted_and_costs_no_other(odd: Json) -> None:
    page = read(odd, GOOD)
    assert [str(one.subject) for one in page.findings] == ["Pod/shop/cart"]
    assert (page.odd, page.odd_parts) == (1, 0)


EDGE = edge("Pod/shop/cart", Edge.OWNED_BY, "Job/shop/b").model_dump(mode="json")
ODD_EDGE = {**EDGE, "target": "Pod/[redacted]/x"}


@pytest.mark.parametrize(
    ("odd", "more"),
    [
        ({"relations": [ODD_EDGE, EDGE]}, {"relations": [EDGE]}),
        ({"members": ["?", "Pod/shop/a"]}, {"members": ["Pod/shop/a"], "more_members": 1}),
        ({"evidence": [{"type": "rumour"}, *GOOD["evidence"]]}, {}),
        ({"remedies": [{"say": "pray"}]}, {}),
        ({"since": "yesterday"}, {}),
    ],
)
def test_a_finding_is_read_without_a_part_that_is_odd(odd: Manifest, more: Manifest) -> None:
    page = read({**GOOD, **odd})
    assert [one.model_dump(mode="json") for one in page.findings] == [{**GOOD, **more}]
    assert (page.odd, page.odd_parts) == (0, 1)


def test_an_odd_relation_costs_no_other() -> None:
    page = read(relations=[ODD_EDGE, EDGE])
    assert (len(page.relations), page.odd_parts) == (1, 1)


@pytest.mark.parametrize(
    "answer",
    [
        *(None, [], {"findings": []}, {"cluster": "dev"}),
        {"cluster": "dev", "findings": {"a": GOOD}, "coverage": {}},
    ],
)
def test_what_is_no_answer_at_all_is_refused(answer: Json) -> None:
    with pytest.raises(ValidationError):
        Problems.model_validate(answer)
