"""Why is this object broken: what of a diagnosis it hangs on, and what is said if nothing is."""

from typing import Any

import anyio
import pytest
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError as McpToolError
from pydantic import BaseModel

from clusterwright.agents.diagnose import diagnose
from clusterwright.agents.diagnose.diagnosis import About, Diagnosis, Verdict
from clusterwright.agents.hub import connect
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.finding import Edge, Finding, Severity
from clusterwright.tools.ref import Ref
from tests.agents.found import Page, edge, finding

CRASH = finding("pod/crash-loop", "Deployment/shop/cart", members=["Pod/shop/cart-1"])
NO_BACKENDS = finding(
    "service/no-ready-endpoints",
    "Service/shop/cart",
    relations=(edge("Service/shop/cart", Edge.SELECTS, "Pod/shop/cart-1"),),
)
ELSEWHERE = finding("pod/image-not-found", "Deployment/shop/mail", members=["Pod/shop/mail-1"])


class Neighbour(BaseModel):
    how: str
    ref: str
    well: bool | None = None


class Described(BaseModel):
    state: str = ""
    well: bool = True
    related: list[Neighbour] = []


Objects = dict[str, Described]


def cluster(objects: Objects, *findings: Finding, asked: list[str] | None = None) -> MCPServer:
    server = MCPServer("kubernetes")

    async def k8s_find_problems() -> Page:
        return Page(findings=list(findings))

    async def k8s_describe(
        kind: str, name: str, namespace: str = "", cluster: str = ""
    ) -> Described:
        assert cluster == "dev"
        ref = "/".join(part for part in (kind, namespace, name) if part)
        if asked is not None:
            asked.append(ref)
        if ref not in objects:
            raise McpToolError(f"[not_found] there is no {ref}. Next: list them")
        return objects[ref]

    for tool in (k8s_find_problems, k8s_describe):
        server.tool(name=tool.__name__, structured_output=True)(tool)
    return server


def asked_about(ref: str, server: MCPServer) -> Diagnosis:
    async def run() -> Diagnosis:
        async with connect({"kubernetes": server}) as hub:
            return await diagnose(hub, ref=Ref.parse(ref))

    return anyio.run(run)


def unwell(*related: tuple[str, str, bool | None], state: str = "broken") -> Described:
    neighbours = [Neighbour(how=how, ref=ref, well=well) for how, ref, well in related]
    return Described(state=state, well=False, related=neighbours)


def ways(diagnosis: Diagnosis) -> dict[str, str]:
    return {str(one.subject): " ".join(one.path) for one in diagnosis.root_causes}


def test_of_all_root_causes_those_are_told_that_the_object_has_itself() -> None:
    found = asked_about(
        "Pod/shop/cart-1", cluster({"Pod/shop/cart-1": unwell()}, CRASH, NO_BACKENDS, ELSEWHERE)
    )
    assert ways(found) == {
        "Deployment/shop/cart": "Pod/shop/cart-1 explained-by Deployment/shop/cart"
    }
    assert found.verdict is Verdict.PROBLEMS
    assert found.about == About(ref=Ref("Pod", "cart-1", "shop"), state="broken", well=False)


def test_a_symptom_leads_to_its_root() -> None:
    found = asked_about(
        "Service/shop/cart", cluster({"Service/shop/cart": unwell()}, CRASH, NO_BACKENDS, ELSEWHERE)
    )
    assert list(ways(found)) == ["Deployment/shop/cart"]


def test_an_object_without_any_finding_leads_to_what_it_needs_some_hops_on() -> None:
    objects = {
        "Ingress/shop/front": unwell(("routes to", "Service/shop/front", False)),
        "Service/shop/front": unwell(("selects", "Pod/shop/cart-1", False)),
    }
    found = asked_about("Ingress/shop/front", cluster(objects, CRASH, ELSEWHERE))
    assert ways(found) == {
        "Deployment/shop/cart": "Ingress/shop/front routes-to Service/shop/front selects"
        " Pod/shop/cart-1 explained-by Deployment/shop/cart"
    }


def test_the_nearest_cause_comes_first() -> None:
    near = finding("pvc/storage-class-missing", "PersistentVolumeClaim/shop/data")
    objects = {
        "Pod/shop/web-1": unwell(
            ("uses", "Service/shop/cart", False), ("uses", "PersistentVolumeClaim/shop/data", None)
        ),
        "Service/shop/cart": unwell(("selects", "Pod/shop/cart-1", False)),
    }
    found = asked_about("Pod/shop/web-1", cluster(objects, CRASH, near))
    assert list(ways(found)) == ["PersistentVolumeClaim/shop/data", "Deployment/shop/cart"]


def test_what_needs_the_object_and_what_its_owner_makes_beside_it_is_not_asked() -> None:
    asked: list[str] = []
    objects = {
        "Pod/shop/web-1": unwell(
            ("selected by", "Service/shop/cart", False), ("owned by", "Deployment/shop/cart", None)
        ),
        "Deployment/shop/cart": unwell(("makes", "Pod/shop/mail-1", False)),
    }
    found = asked_about("Pod/shop/web-1", cluster(objects, NO_BACKENDS, ELSEWHERE, asked=asked))
    assert ways(found) == {}
    assert asked == ["Pod/shop/web-1", "Deployment/shop/cart"]


def test_a_healthy_neighbour_is_not_looked_into_but_may_be_what_is_broken() -> None:
    asked: list[str] = []
    objects = {"Pod/shop/web-1": unwell(("uses", "Deployment/shop/mail", True))}
    found = asked_about("Pod/shop/web-1", cluster(objects, ELSEWHERE, asked=asked))
    assert list(ways(found)) == ["Deployment/shop/mail"]
    assert asked == ["Pod/shop/web-1"]


def test_what_is_well_and_hangs_on_nothing_broken_is_healthy() -> None:
    found = asked_about("Node/a", cluster({"Node/a": Described(state="Ready")}, CRASH))
    assert (found.verdict, found.root_causes) == (Verdict.HEALTHY, ())


def test_what_is_unwell_for_no_known_cause_is_not_called_healthy() -> None:
    found = asked_about("Node/a", cluster({"Node/a": unwell()}, CRASH))
    assert (found.verdict, found.root_causes) == (Verdict.UNKNOWN, ())


def test_an_object_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(NotFoundError, match="there is no Pod/shop/gone"):
        asked_about("Pod/shop/gone", cluster({}, CRASH))


def test_a_neighbour_that_does_not_exist_is_passed_over() -> None:
    objects = {"Pod/shop/web-1": unwell(("uses", "ConfigMap/shop/gone", False))}
    found = asked_about("Pod/shop/web-1", cluster(objects, CRASH))
    assert found.about == About(ref=Ref("Pod", "web-1", "shop"), state="broken", well=False)


def test_an_alert_is_asked_about_by_its_name_and_one_that_does_not_fire_is_an_error() -> None:
    alert = finding("alert/firing", "Alert/KubePodCrashLooping")
    server = cluster({}, alert)
    assert list(ways(asked_about("Alert/KubePodCrashLooping", server))) == [
        "Alert/KubePodCrashLooping"
    ]
    with pytest.raises(NotFoundError, match="nothing is found about Alert/Watchdog"):
        asked_about("Alert/Watchdog", cluster({}, alert))


def test_circles_of_neighbours_end_and_calls_are_bounded() -> None:
    objects: dict[str, Any] = {
        f"Pod/shop/a-{n}": unwell(
            *(("uses", f"Pod/shop/a-{m}", False) for m in range(40) if m != n)
        )
        for n in range(40)
    }
    asked: list[str] = []
    found = asked_about("Pod/shop/a-0", cluster(objects, CRASH, asked=asked))
    assert len(asked) == 12
    assert found.about is not None
    assert "was not looked at: 12 calls" in found.about.note


def test_what_is_only_worth_knowing_does_not_end_the_way() -> None:
    note = finding("job/suspended", "Pod/shop/cart-1", severity=Severity.INFO)
    lost = finding("node/not-ready", "Node/a", severity=Severity.CRITICAL)
    objects = {"Pod/shop/cart-1": unwell(("runs on", "Node/a", False))}
    found = asked_about("Pod/shop/cart-1", cluster(objects, note, lost))
    assert list(ways(found)) == ["Pod/shop/cart-1", "Node/a"]
    assert found.verdict is Verdict.PROBLEMS


def test_a_namespace_is_no_bound_for_what_an_object_hangs_on() -> None:
    async def run(ref: str, namespace: str) -> Diagnosis:
        server = cluster({"Pod/shop/cart-1": unwell()}, CRASH)
        async with connect({"kubernetes": server}) as hub:
            return await diagnose(hub, ref=Ref.parse(ref), namespace=namespace)

    assert anyio.run(run, "Pod/shop/cart-1", "shop").verdict is Verdict.PROBLEMS
    with pytest.raises(InvalidInputError, match="'Pod/shop/cart-1' is not in namespace 'infra'"):
        anyio.run(run, "Pod/shop/cart-1", "infra")
