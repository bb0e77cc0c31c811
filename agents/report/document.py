"""A diagnosis as JSON for scripts: one document, versioned by its `schema` member."""

from clusterwright.agents.diagnose.diagnosis import Diagnosis


def to_json(diagnosis: Diagnosis) -> str:
    """Return the document; equal diagnoses give equal bytes."""
    return diagnosis.model_dump_json(by_alias=True, indent=2)
