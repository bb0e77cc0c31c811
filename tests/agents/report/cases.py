"""Diagnoses that every report is tried with."""

from datetime import date, timedelta

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis, Link, RootCause, Symptom
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.diagnose.ignore_file import Entry
from clusterwright.agents.diagnose.known import compared, without_ignored
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.finding import (
    AbsenceEvidence,
    Edge,
    EventEvidence,
    FieldEvidence,
    Finding,
    LogEvidence,
    Severity,
)
from clusterwright.tools.ref import Ref
from tests.agents.found import NOON, answered, edge, finding

CART = Ref.parse("Pod/shop/cart-7d9f8b6c5-x2k4p")
CRASH = finding(
    "pod/crash-loop",
    "Deployment/shop/cart",
    title='container app exits with 1: "FATAL: PORT must be a number, got eighty"',
    evidence=(
        LogEvidence(
            ref=CART,
            container="app",
            line="FATAL: PORT must be a number, got eighty",
            previous=True,
        ),
        FieldEvidence(
            ref=CART,
            path="$.status.containerStatuses[0].lastState.terminated.exitCode",
            value="1",
        ),
    ),
    since=NOON,
    members=[f"Pod/shop/cart-7d9f8b6c5-{tail}" for tail in ("x2k4p", "9mzql", "ttw8v", "kq2hd")],
    fixes=("Repair what the log line names, then roll out again.",),
)
BACKENDS = finding(
    "service/no-ready-endpoints",
    "Service/shop/cart",
    severity=Severity.CRITICAL,
    title="no ready endpoint behind Service/shop/cart",
    relations=(edge("Service/shop/cart", Edge.SELECTS, str(CART)),),
)
MISSING = finding(
    "pod/configmap-missing",
    "Deployment/a-namespace-with-a-long-name/a-deployment-with-a-rather-long-name",
    title="ConfigMap a-namespace-with-a-long-name/settings does not exist",
    evidence=(
        AbsenceEvidence(ref=Ref.parse("ConfigMap/a-namespace-with-a-long-name/settings")),
        EventEvidence(
            ref=CART, reason="Failed", message='configmap "settings" not found', count=12
        ),
    ),
    since=NOON + timedelta(minutes=3),
    fixes=("Create the ConfigMap, or make the reference optional.",),
)
IMAGE = finding("pod/image-not-found", "Deployment/shop/web", title='image "web:9" does not exist')
OLD = finding("pod/out-of-memory", "Deployment/shop/old", title="app needs more than 64Mi")
SPARE = finding("node/gpu-idle", "Node/spare", severity=Severity.INFO, title="nobody uses 8 GPUs")
SECRETS = Gap(what="Secret", reason="forbidden: user 'dev' may not list secrets")
UNANSWERED = Answered(
    "helm",
    "helm_find_problems",
    coverage=Coverage(gaps=(Gap(what="helm_find_problems", reason="no answer within 60 s"),)),
    failed=True,
)
ENTRY = Entry(
    place="entry 1 (line 1)",
    code="pod/configmap-missing",
    subject="*",
    cluster="*",
    owner="ann",
    reason="Settings come with the next release.",
    expires=date(2026, 12, 31),
)


def problems() -> Diagnosis:
    """Two root causes, one with a symptom, and a kind that could not be read."""
    return correlate([answered(CRASH, BACKENDS, MISSING, gaps=(SECRETS,))])


def healthy() -> Diagnosis:
    return correlate([answered()])


def unknown() -> Diagnosis:
    return correlate([UNANSWERED])


def sifted() -> Diagnosis:
    """One root cause that is new, and one each that is ignored, known and gone."""
    now = correlate([answered(CRASH, BACKENDS, MISSING, IMAGE, SPARE)])
    before = correlate([answered(IMAGE, OLD)])
    return compared(without_ignored(now, [ENTRY], date(2026, 11, 23)), before)


def saying(text: str) -> Diagnosis:
    """A diagnosis in which everything that a server may word freely is `text`."""
    odd = CRASH.model_copy(
        update={
            "title": text,
            "fixes": (text or "-",),
            "evidence": (
                LogEvidence(ref=CART, container="app", line=text),
                FieldEvidence(ref=CART, path="$.x", value=text),
                EventEvidence(ref=CART, reason=text, message=text),
            ),
        }
    )
    symptom = BACKENDS.model_copy(update={"title": text})
    ignored = IMAGE.model_copy(update={"title": text})
    gap = Gap(what=text, reason=text)
    whole = correlate([answered(odd, symptom, ignored, gaps=(gap,), checked={text: 1})])
    says = {"code": IMAGE.code, "subject": "*", "cluster": "*", "owner": text, "reason": text}
    entry = Entry(place="", expires=date(2027, 1, 1), **says)
    return without_ignored(whole, [entry], date(2026, 11, 23))


def many(count: int) -> Diagnosis:
    """That many root causes of one code, and one other."""
    return correlate([answered(*(_unplaced(i) for i in range(count)), MISSING)])


def wide(count: int) -> Diagnosis:
    """One root cause with that many symptoms."""
    node = finding("node/not-ready", "Node/gpu-1", severity=Severity.CRITICAL, title="node is lost")
    services = [
        finding(
            "service/no-ready-endpoints",
            f"Service/shop/app-{i:04d}",
            relations=(edge(f"Service/shop/app-{i:04d}", Edge.RUNS_ON, "Node/gpu-1"),),
        )
        for i in range(count)
    ]
    return correlate([answered(node, *services)])


def linked(*links: tuple[str, str], circle: tuple[str, ...] = ()) -> RootCause:
    """A root cause `a` whose links go from causes to effects, pods that are given by name."""
    names = dict.fromkeys(name for link in links for name in link)
    made = (
        problems()
        .root_causes[0]
        .model_copy(
            update={
                "name": "pod/crash-loop on Pod/shop/a",
                "code": "pod/crash-loop",
                "subject": Ref.parse("Pod/shop/a"),
                "circle": tuple(_broken(one) for one in circle),
                "symptoms": tuple(_broken(one) for one in names if one not in {"a", *circle}),
                "links": tuple(
                    Link(
                        effect=f"pod/crash-loop on Pod/shop/{effect}",
                        cause=f"pod/crash-loop on Pod/shop/{cause}",
                        because=f"{effect} needs {cause}",
                    )
                    for cause, effect in links
                ),
            }
        )
    )
    return RootCause.model_validate(made.model_dump())


def _broken(name: str) -> Symptom:
    return Symptom(
        code="pod/crash-loop",
        severity=Severity.WARNING,
        subject=Ref.parse(f"Pod/shop/{name}"),
        title=f"{name} is broken",
    )


def _unplaced(number: int) -> Finding:
    return finding(
        "pod/node-selector-unmatched",
        f"Deployment/shop/app-{number:03d}",
        severity=Severity.CRITICAL,
        title='no node has the label "disk=nvme"',
    )
