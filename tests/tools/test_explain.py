from pathlib import Path

import pytest

from clusterwright.tools.cluster_api.analyzers import ANALYZERS as OF_CLUSTER_API
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.explain import codes, front_matter, page, pages_below
from clusterwright.tools.finding import Severity
from clusterwright.tools.gpu.analyzers import ANALYZERS as OF_GPUS
from clusterwright.tools.helm.analyzers import ANALYZERS as OF_HELM
from clusterwright.tools.kubernetes import unexplained
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.prometheus.analyzers import ANALYZERS as OF_PROMETHEUS


def test_every_code_that_an_analyzer_reports_has_a_page_and_no_page_is_left_over() -> None:
    analyzers = (*ANALYZERS, *OF_CLUSTER_API, *OF_HELM, *OF_PROMETHEUS, *OF_GPUS)
    told = [code for one in analyzers for code in one.codes]
    assert codes() == tuple(sorted([*told, unexplained.CODE]))


@pytest.mark.parametrize("code", codes())
def test_a_page_says_what_it_is_about(code: str) -> None:
    front = front_matter(code)
    assert set(front) == {"code", "severity", "summary"}
    assert front["code"] == code
    assert front["severity"] in list(Severity)
    assert page(code).startswith(f"# {code}\n")
    for heading in ("How it is recognised", "Usual causes", "How to repair it", "How it looks"):
        assert f"\n## {heading}\n" in page(code)


def test_an_unknown_code_is_answered_with_those_near_it() -> None:
    with pytest.raises(NotFoundError, match="'pod/image-not-foud'") as raised:
        page("pod/image-not-foud")
    assert "pod/image-not-found" in raised.value.hint


@pytest.mark.parametrize("code", ["../../README", "", "pod", "pod/../pod/crash-loop", "README"])
def test_a_code_never_leads_out_of_the_pages(code: str) -> None:
    with pytest.raises(NotFoundError):
        page(code)


def test_pages_are_found_in_a_wheel_and_in_a_working_tree(tmp_path: Path) -> None:
    assert pages_below(tmp_path) == tmp_path / "docs" / "findings"
    (tmp_path / "findings").mkdir()
    assert pages_below(tmp_path) == tmp_path / "findings"
