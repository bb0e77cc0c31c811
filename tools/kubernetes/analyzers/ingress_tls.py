"""Ingresses whose certificate is missing, as their controller reports it.

Secrets are never listed or read, and some controllers take their certificates from elsewhere: that
one is missing is known where the controller says so about the Secret that the Ingress names.
"""

import re
from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Evidence, FieldEvidence, Finding, Severity
from clusterwright.tools.kubernetes.analyzers.ingress import settled
from clusterwright.tools.kubernetes.analyzers.pod import (
    RECENT,
    event_evidence,
    message_of,
    title,
)
from clusterwright.tools.manifest import Manifest, items, text, texts
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot, last_seen

CODE = "ingress/tls-secret-missing"

_MISSING = re.compile(r"not found|(?:does not|doesn't) exist|no such secret", re.IGNORECASE)


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for ingress in settled(snapshot):
        events = _complaints(snapshot, Ref.of(ingress))
        for i, tls in enumerate(items(ingress, "spec", "tls")) if events else ():
            name = text(tls, "secretName")
            said = next((one for one in events if name and _names(one, name)), None)
            if said is not None:
                yield Suspicion(_finding(ingress, i, tls, said))


def _complaints(snapshot: Snapshot, ref: Ref) -> list[Manifest]:
    """Return what controllers reported missing lately, newest first."""
    oldest = snapshot.now - RECENT
    found = [
        event
        for event in snapshot.events(ref)
        if _MISSING.search(message_of(event))
        and ((seen := last_seen(event)) is None or seen >= oldest)
    ]
    found.reverse()
    return found


def _names(event: Manifest, secret: str) -> bool:
    """Return whether an event speaks of this Secret, and not of one whose name holds its name."""
    message = message_of(event)
    whole = rf"(?<![\w.-]){re.escape(secret)}(?![\w-]|\.\w)"
    return "secret" in message.lower() and re.search(whole, message) is not None


def _finding(ingress: Manifest, index: int, tls: Manifest, said: Manifest) -> Finding:
    ref, secret = Ref.of(ingress), text(tls, "secretName")
    hosts = ", ".join(texts(tls, "hosts")[:3])
    served = f" for {hosts}" if hosts else ""
    path = f"$.spec.tls[{index}].secretName"
    evidence: tuple[Evidence, ...] = (
        event_evidence(said, ref),
        FieldEvidence(ref=ref, path=path, value=secret),
    )
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=ref,
        title=title(f'Its controller finds no Secret "{secret}" with the certificate{served}'),
        evidence=evidence,
        concluded=True,  # an event is some minutes old, and the Secret may have been made since
        fixes=(
            f"Create Secret {secret} of type kubernetes.io/tls in namespace {ref.namespace}, or"
            " repair what is to issue it.",
        ),
    )


INGRESS_TLS = Analyzer("ingress-tls", (CODE,), ("Ingress", "Event"), _detect)
