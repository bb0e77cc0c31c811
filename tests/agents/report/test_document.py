"""The JSON document that scripts read."""

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.report.document import to_json
from clusterwright.tools.coverage import Gap
from clusterwright.tools.finding import Edge, LogEvidence
from clusterwright.tools.ref import Ref
from tests.agents.found import NOON, answered, edge, finding
from tests.golden.compare import golden


def diagnosis() -> Diagnosis:
    pod = Ref.parse("Pod/shop/cart-1")
    crash = finding(
        "pod/crash-loop",
        "Deployment/shop/cart",
        title="container app exits with 1",
        evidence=(LogEvidence(ref=pod, container="app", line="FATAL", previous=True),),
        since=NOON,
        members=["Pod/shop/cart-1"],
        fixes=("Repair what the log line names.",),
    )
    service = finding(
        "service/no-ready-endpoints",
        "Service/shop/cart",
        relations=(edge("Service/shop/cart", Edge.SELECTS, "Pod/shop/cart-1"),),
    )
    gap = Gap(what="Secret", reason="forbidden")
    return correlate([answered(crash, service, gaps=(gap,))])


def test_golden_document() -> None:
    text = to_json(diagnosis()) + "\n"
    assert text == golden("report/diagnosis.json", text)


def test_the_document_can_be_read_back() -> None:
    assert Diagnosis.model_validate_json(to_json(diagnosis())) == diagnosis()
