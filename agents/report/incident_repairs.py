"""What came of repairs, for scripts: one JSON document, versioned by its `schema` member."""

import json
from collections.abc import Sequence

from clusterwright.agents.remediate.repair import Repair

SCHEMA = "clusterwright.repairs/v1"


def as_json(repairs: Sequence[Repair], unchecked: Sequence[str] = ()) -> str:
    """Return the document; `unchecked` is what could not be looked at before, and why."""
    document = {
        "schema": SCHEMA,
        "unchecked": list(unchecked),
        "repairs": [_repair(one) for one in repairs],
    }
    return json.dumps(document, indent=2)


def _repair(repair: Repair) -> dict[str, object]:
    root = repair.root
    return {
        "id": root.id,
        "cluster": root.cluster,
        "code": root.code,
        "subject": str(root.subject),
        "result": repair.result,
        "plan": repair.plan or None,
        "remedy": repair.remedy.model_dump(mode="json") if repair.remedy else None,
        "reasons": repair.reasons,
        "left": [
            {
                "code": one.symptom.code,
                "subject": str(one.symptom.subject),
                "cluster": one.symptom.cluster or root.cluster,
                "why": one.why,
                "shows": one.shows,
            }
            for one in repair.left
        ],
    }
