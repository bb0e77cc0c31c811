"""Admission webhooks that must answer, and whose Service cannot: they refuse what they judge."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion
from clusterwright.tools.finding import (
    Edge,
    Evidence,
    FieldEvidence,
    Finding,
    Relation,
    Severity,
)
from clusterwright.tools.kubernetes.analyzers.absence import still_missing
from clusterwright.tools.kubernetes.analyzers.missing_pods import MAKERS, refusal, short_of_pods
from clusterwright.tools.kubernetes.analyzers.pod import title, workload_of
from clusterwright.tools.kubernetes.analyzers.service import selected_pods, selector_of, selects
from clusterwright.tools.manifest import Manifest, condition, instant, items, text, texts
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "webhook/backend-unavailable"

KINDS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
_UNANSWERED = 'failed calling webhook "'


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    blocked = list(_blocked(snapshot))
    for kind in KINDS:
        for configuration in snapshot.of_kind(kind):
            for hook in items(configuration, "webhooks"):
                suspicion = _suspicion(snapshot, configuration, hook, blocked)
                if suspicion is not None:
                    yield suspicion
                    break  # its other webhooks have the same backend, as nearly always


def _suspicion(
    snapshot: Snapshot, configuration: Manifest, hook: Manifest, blocked: list[tuple[Ref, str]]
) -> Suspicion | None:
    """Return a suspicion about a webhook that fails closed and whose backend cannot answer."""
    name = text(hook, "clientConfig", "service", "name")
    seen = snapshot.was_read("Service") and snapshot.was_read("Pod")
    if text(hook, "failurePolicy") == "Ignore" or not name or not seen:
        return None
    ref = Ref("Service", name, text(hook, "clientConfig", "service", "namespace"))
    if snapshot.namespace and snapshot.namespace != ref.namespace:
        return None  # what is outside of what was read is not missing
    service = snapshot.get(ref)
    held = [one for one, said in blocked if f'{_UNANSWERED}{text(hook, "name")}"' in said]
    if service is None:
        finding = _finding(configuration, hook, ref, "does not exist", held)
        return Suspicion(finding, (ReadRequest(ref),))
    if not selector_of(service) or any(map(_ready, selected_pods(snapshot, service))):
        return None
    finding = _finding(configuration, hook, ref, "has no ready pod", held)
    backing = selects(snapshot, service, selected_pods(snapshot, service))
    return Suspicion(finding.model_copy(update={"relations": (*finding.relations, *backing)}))


def _ready(pod: Manifest) -> bool:
    return condition(pod, "Ready").get("status") == "True"


def _blocked(snapshot: Snapshot) -> Iterator[tuple[Ref, str]]:
    """Yield the workloads whose pods are refused, with what the API server said."""
    for maker in short_of_pods(snapshot):
        refused = refusal(snapshot, maker)
        if refused is not None and _UNANSWERED in refused[0]:
            yield workload_of(snapshot, maker), refused[0]


def _finding(
    configuration: Manifest, hook: Manifest, service: Ref, why: str, held: list[Ref]
) -> Finding:
    ref, name = Ref.of(configuration), text(hook, "name")
    what = ", ".join(dict.fromkeys(_judged(hook))) or "what it judges"
    path = f"$.webhooks[?(@.name=='{name}')]"
    evidence: list[Evidence] = [
        FieldEvidence(
            ref=ref,
            path=f"{path}.clientConfig.service.name",
            value=f"{service.namespace}/{service.name}",
        ),
        FieldEvidence(
            ref=ref, path=f"{path}.failurePolicy", value=text(hook, "failurePolicy") or "Fail"
        ),
    ]
    return Finding(
        code=CODE,
        severity=Severity.CRITICAL if held else Severity.WARNING,
        subject=ref,
        title=title(
            f'Webhook "{name}" must answer for {what}, and its Service "{service.name}" {why}'
        ),
        evidence=tuple(evidence),
        since=instant(configuration, "metadata", "creationTimestamp"),
        relations=(
            Relation(source=ref, edge=Edge.ROUTES_TO, target=service),
            *(Relation(source=one, edge=Edge.LIMITED_BY, target=ref) for one in held),
        ),
        fixes=(
            f"Bring Service {service.name} in namespace {service.namespace} back, or remove"
            f" {ref.kind} {ref.name} if nobody needs it.",
        ),
    )


def _judged(hook: Manifest) -> Iterator[str]:
    for rule in items(hook, "rules"):
        asked = "/".join(texts(rule, "operations")).lower()
        yield f"{asked} of {', '.join(texts(rule, 'resources'))}"


WEBHOOK = Analyzer(
    "webhook",
    (CODE,),
    (*KINDS, *MAKERS, "Service", "Pod", "Deployment", "Event"),
    _detect,
    still_missing,
)
