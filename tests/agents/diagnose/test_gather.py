"""What a problems tool said that cannot be read hides what is wrong: nothing is called healthy."""

from typing import Any

import anyio
import pytest
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError as McpToolError

from clusterwright.agents.diagnose import diagnose
from clusterwright.agents.diagnose.diagnosis import Diagnosis, Source, Verdict
from clusterwright.agents.hub import connect
from clusterwright.tools.coverage import Gap
from clusterwright.tools.finding import Edge, Finding
from clusterwright.tools.manifest import Json, Manifest
from tests.agents.found import edge, finding

GOOD = finding("pod/crash-loop", "Pod/shop/cart")
ODD: Manifest = {**GOOD.model_dump(mode="json"), "severity": "fatal"}
FORM = "in a form that this agent does not know"


def page(*findings: Json | Finding, gaps: tuple[str, ...] = (), cursor: str = "") -> Manifest:
    """Return a page that a foreign server answers."""
    told = [one.model_dump(mode="json") if isinstance(one, Finding) else one for one in findings]
    left = [{"what": one, "reason": "forbidden"} for one in gaps]
    coverage: Json = {"checked": {"Pod": 3}, "gaps": left}
    return {"cluster": "dev", "findings": told, "coverage": coverage, "next_cursor": cursor or None}


def diagnosed(*pages: Manifest) -> Diagnosis:
    """Return the diagnosis of what one server answers on its pages; it fails on any other."""

    async def k8s_find_problems(cursor: str = "0") -> dict[str, Any]:
        if int(cursor) >= len(pages):
            raise McpToolError("[unreachable] the API server went away")
        return pages[int(cursor)]

    async def run() -> Diagnosis:
        server = MCPServer("foreign")
        server.tool()(k8s_find_problems)
        async with connect({"k": server}) as hub:
            return await diagnose(hub)

    return anyio.run(run)


def source(*gaps: Gap, part: bool = False) -> Source:
    tool = "part of k8s_find_problems" if part else "k8s_find_problems"
    checked = {} if part else {"Pod": 3}
    return Source(
        server="k", tool=tool, cluster="dev", answered=not part, checked=checked, gaps=gaps
    )


@pytest.mark.parametrize("pages", [[page(ODD)], [page(ODD, cursor="1"), page()]])
def test_findings_that_cannot_be_read_are_a_part_that_failed(pages: list[Manifest]) -> None:
    diagnosis = diagnosed(*pages)
    gap = Gap(what="1 findings of k8s_find_problems", reason=FORM)
    assert diagnosis.sources == (source(gap), source(gap, part=True))
    assert (diagnosis.verdict, diagnosis.complete) == (Verdict.UNKNOWN, False)


def test_what_can_be_read_beside_them_is_told() -> None:
    diagnosis = diagnosed(page(ODD, GOOD))
    assert diagnosis.verdict is Verdict.PROBLEMS
    assert [str(one.subject) for one in diagnosis.root_causes] == ["Pod/shop/cart"]


def test_a_page_that_does_not_come_is_a_part_that_failed() -> None:
    diagnosis = diagnosed(page(cursor="1"))
    assert diagnosis.verdict is Verdict.UNKNOWN
    assert [(one.tool, one.answered) for one in diagnosis.sources] == [
        ("k8s_find_problems", True),
        ("part of k8s_find_problems", False),
    ]


def test_a_part_of_a_finding_that_cannot_be_read_is_a_gap_only() -> None:
    odd: Manifest = edge("Pod/shop/cart", Edge.OWNED_BY, "Job/shop/b").model_dump(mode="json")
    relations: Json = [{**odd, "target": "Pod/[redacted]/x"}]
    diagnosis = diagnosed(page({**GOOD.model_dump(mode="json"), "relations": relations}))
    gap = Gap(what="1 parts of findings of k8s_find_problems", reason=FORM)
    assert diagnosis.sources == (source(gap),)
    assert (diagnosis.verdict, diagnosis.complete) == (Verdict.PROBLEMS, False)


def test_the_gaps_of_all_pages_are_told_once_each() -> None:
    diagnosis = diagnosed(page(gaps=("Secret", "Node"), cursor="1"), page(gaps=("Node",)))
    assert [gap.what for gap in diagnosis.sources[0].gaps] == ["Secret", "Node"]


def test_times_of_any_server_are_compared() -> None:
    told = GOOD.model_dump(mode="json")
    times = ("2026-01-01T00:00:00", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00", "soon")
    alerts = [
        {**told, "code": "alert/firing", "title": str(i), "since": one}
        for i, one in enumerate(times)
    ]
    assert diagnosed(page(*alerts)).verdict is Verdict.PROBLEMS


@pytest.mark.parametrize("namespace", ["shop", "sk-telecom-production-inference"])
def test_no_name_of_an_object_hides_a_finding(namespace: str) -> None:
    runs = edge(f"Pod/{namespace}/x", Edge.RUNS_ON, "Node/gpu-1")
    diagnosis = diagnosed(page(finding("node/not-ready", "Node/gpu-1", relations=(runs,))))
    assert [str(one.subject) for one in diagnosis.root_causes] == ["Node/gpu-1"]
    assert diagnosis.complete


def test_objects_whose_names_begin_like_tokens_stay_apart() -> None:
    names = [f"Deployment/prod/sk-telecom-production-{one}" for one in ("api", "web")]
    diagnosis = diagnosed(page(*(finding("pod/out-of-memory", one, title="x") for one in names)))
    assert [str(one.subject) for one in diagnosis.root_causes] == names
