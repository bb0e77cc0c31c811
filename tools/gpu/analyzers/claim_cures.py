"""Another template for the claims of a workload's pods: what a claim asks for cannot be changed.

The spec of a ResourceClaim and of its template is immutable (resource.k8s.io/v1), so that a second
template is made beside the first, with what is to be told in it, and the workload names that one.
"""

from typing import cast

from clusterwright.tools.finding import ask
from clusterwright.tools.gpu.analyzers.about import PLAN, Cure, elsewhere
from clusterwright.tools.gpu.dra.claims import TEMPLATE, claims_of
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.remedies.remedy import in_template, patch
from clusterwright.tools.manifest import Json, Manifest, mapping, name_of, text
from clusterwright.tools.ref import Ref

_LONGEST_NAME = 242


def other_template(case: Case, claim: Manifest, key: str, question: str, say: str) -> Cure:
    """Return that the claims of a workload ask for something else, wherever `key` stands there."""
    own = _made_of(case, Ref.of(claim))
    if own is None:
        return Cure(say)
    entry, template = own
    spec = mapping(template, "spec")
    asked = _with(spec, key, ask(question))
    path = f"$.spec.resourceClaims[?(@.name=='{entry}')].resourceClaimTemplateName"
    field = in_template(case.subject, path)
    if field is None or asked == spec:
        return Cure(say)
    name = f"{name_of(template)[:_LONGEST_NAME]}-corrected"
    made: Manifest = {
        "apiVersion": template["apiVersion"],
        "kind": TEMPLATE,
        "metadata": {"name": name, "namespace": case.ref.namespace},
        "spec": asked,
    }
    applied: Manifest = {"kind": "apply", "manifest": made}
    return elsewhere(say, PLAN, applied, patch(case.subject, {field: name}))


def _made_of(case: Case, claim: Ref) -> tuple[str, Manifest] | None:
    """Return what a pod calls its claim, and the template that it was made of."""
    for one, there in claims_of(case.pod):
        name = text(one, "resourceClaimTemplateName")
        template = case.snapshot.get(Ref(TEMPLATE, name, claim.namespace))
        if there == claim and template is not None:
            return text(one, "name"), template
    return None


def _with(value: Json, key: str, new: str) -> Json:
    """Return a value in which `key` is `new`, wherever it stands."""
    if isinstance(value, dict):
        held = cast("Manifest", value)
        return {name: new if name == key else _with(one, key, new) for name, one in held.items()}
    if isinstance(value, list):
        return [_with(one, key, new) for one in cast("list[Json]", value)]
    return value
