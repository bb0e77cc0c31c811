"""The document of `clusterwright fix -o json`."""

import json

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.remediate.repair import Left, Repair, Result
from clusterwright.agents.report.incident_repairs import as_json
from clusterwright.tools.finding import Edge, Remedy
from tests.agents.found import answered, edge, finding

SELECTS = edge("Service/shop/cart", Edge.SELECTS, "Deployment/shop/cart")
SYMPTOM = finding("service/no-ready-endpoints", "Service/shop/cart", relations=(SELECTS,))
CAUSE = finding("pod/image-not-found", "Deployment/shop/cart")


def test_a_repair_is_told_with_its_id_and_what_is_left_with_its_place_and_reason() -> None:
    [root] = correlate([answered(CAUSE, SYMPTOM)]).root_causes
    remedy = Remedy(say="Take site:1", changes=({"kind": "patch"},))
    repair = Repair(root, Result.FIXED, remedy, "p-1", reasons=["proven"])
    repair.left = [Left(root.symptoms[0], "it takes a while")]
    assert json.loads(as_json([repair], ["prometheus: it did not answer"])) == {
        "schema": "clusterwright.repairs/v1",
        "unchecked": ["prometheus: it did not answer"],
        "repairs": [
            {
                "id": root.id,
                "cluster": "dev",
                "code": "pod/image-not-found",
                "subject": "Deployment/shop/cart",
                "result": "fixed",
                "plan": "p-1",
                "remedy": remedy.model_dump(mode="json"),
                "reasons": ["proven"],
                "left": [
                    {
                        "code": "service/no-ready-endpoints",
                        "subject": "Service/shop/cart",
                        "cluster": "dev",
                        "why": "it takes a while",
                        "shows": False,
                    }
                ],
            }
        ],
    }


def test_of_nothing_repaired_it_is_a_document_as_well() -> None:
    empty: dict[str, object] = {
        "schema": "clusterwright.repairs/v1",
        "unchecked": [],
        "repairs": [],
    }
    assert json.loads(as_json([])) == empty
