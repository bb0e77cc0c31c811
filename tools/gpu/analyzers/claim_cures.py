"""Another template for the claims of a workload's pods: what a claim asks for cannot be changed.

The spec of a ResourceClaim and of its template is immutable (resource.k8s.io/v1), so that a second
template is made beside the first, with what is to be told in it, and the workload names that one.
"""

from collections.abc import Iterator
from typing import cast

from clusterwright.tools.finding import ask
from clusterwright.tools.gpu.analyzers.about import Cure, elsewhere
from clusterwright.tools.gpu.analyzers.pod_cures import PLAN
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.remedies.remedy import in_template, patch
from clusterwright.tools.manifest import Json, Manifest, items, mapping, text
from clusterwright.tools.ref import Ref

_TEMPLATE = "ResourceClaimTemplate"
_LONGEST_NAME = 242


def other_template(
    case: Case, claim: Manifest, key: str, question: str, say: str
) -> Iterator[Cure]:
    """Yield that the claims of a workload ask for something else, wherever `key` stands in them."""
    own = _named_by(case, Ref.of(claim))
    template = case.snapshot.get(own[1]) if own else None
    asked = _with(mapping(template or {}, "spec"), key, ask(question))
    name = f"{own[1].name[:_LONGEST_NAME]}-corrected" if own else ""
    path = f"$.spec.resourceClaims[?(@.name=='{own[0]}')].resourceClaimTemplateName" if own else ""
    field = in_template(case.subject, path)
    if template is None or field is None or asked == mapping(template, "spec"):
        yield Cure(say)
        return
    made: Manifest = {
        "apiVersion": template["apiVersion"],
        "kind": _TEMPLATE,
        "metadata": {"name": name, "namespace": case.ref.namespace},
        "spec": asked,
    }
    applied: Manifest = {"kind": "apply", "manifest": made}
    yield elsewhere(say, PLAN, applied, patch(case.subject, {field: name}))


def _named_by(case: Case, claim: Ref) -> tuple[str, Ref] | None:
    """Return the name of a pod's claim in its spec, and the template that it was made of."""
    made = {
        text(one, "name"): text(one, "resourceClaimName")
        for one in items(case.pod, "status", "resourceClaimStatuses")
    }
    for one in items(case.pod, "spec", "resourceClaims"):
        name, template = text(one, "name"), text(one, "resourceClaimTemplateName")
        if template and made.get(name) == claim.name:
            return name, Ref(_TEMPLATE, template, claim.namespace)
    return None


def _with(value: Json, key: str, new: str) -> Json:
    """Return a value in which `key` is `new`, wherever it stands."""
    if isinstance(value, dict):
        held = cast("Manifest", value)
        return {name: new if name == key else _with(one, key, new) for name, one in held.items()}
    if isinstance(value, list):
        return [_with(one, key, new) for one in cast("list[Json]", value)]
    return value
