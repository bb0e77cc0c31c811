"""What the API server says when it refuses to create a pod, and what is to be done about it."""

import re
from typing import NamedTuple

_BEFORE = re.compile(
    r"^(?:.{0,200}Error creating: )?"
    r"(?:create Pod \S{1,253} in StatefulSet \S{1,253} failed error: )?"
    r"(?:pods? \"[^\"]{0,253}\" is forbidden: )?",
    re.IGNORECASE,
)


UNAVAILABLE = "workload/unavailable"
SERVICE_ACCOUNT = "workload/service-account-missing"
PRIORITY_CLASS = "workload/priority-class-missing"
POD_SECURITY = "workload/pod-security-violated"
LIMIT_RANGE = "workload/limit-range-violated"


class Refusal(NamedTuple):
    """A message of the API server as a sentence, and its remedy; both with holes to fill."""

    pattern: str
    sentence: str
    fix: str
    code: str = UNAVAILABLE


class Understood(NamedTuple):
    """What a message says: the code of its cause, a sentence, a remedy, what it names."""

    code: str
    sentence: str
    fix: str
    name: str = ""


# Plugins of kubernetes/plugin/pkg/admission, staging/src/k8s.io/{pod-security-admission,apiserver}
_KNOWN = (
    Refusal(
        r"serviceaccount \"(?P<name>[\w.-]{1,253})\" not found",
        'ServiceAccount "{name}" does not exist: its pods are not created',
        "Create ServiceAccount {name} in namespace {namespace}, or name one that exists.",
        SERVICE_ACCOUNT,
    ),
    Refusal(
        r"no PriorityClass with name (?P<name>[\w.-]{1,253}) was found",
        'PriorityClass "{name}" does not exist: its pods are not created',
        "Create PriorityClass {name}, or name one that exists.",
        PRIORITY_CLASS,
    ),
    Refusal(
        r"violates PodSecurity \"(?P<name>[\w.:-]{1,80})\": (?P<why>.*)",
        "Pod Security ({name}) forbids its pods: {why}",
        "Change the pod template as the message says; the level is label"
        " pod-security.kubernetes.io/enforce of namespace {namespace}.",
        POD_SECURITY,
    ),
    Refusal(
        r"(?P<why>(?:maximum|minimum) .{1,80} usage per \w+ is .*"
        r"|\S{1,80} max limit to request ratio per .*)",
        "A LimitRange forbids its pods: {why}",
        "Ask for what the LimitRange of namespace {namespace} allows, or change that.",
        LIMIT_RANGE,
    ),
    Refusal(
        r"admission webhook \"(?P<name>[\w./-]{1,253})\" denied the request: (?P<why>.*)",
        'Webhook "{name}" denies its pods: {why}',
        "Change what webhook {name} objects to in the pod template, or the policy behind it.",
    ),
    Refusal(
        r"failed calling webhook \"(?P<name>[\w./-]{1,253})\": (?:failed to call webhook: )?"
        r"(?P<why>.*)",
        'Webhook "{name}" does not answer, and no pod is created without it: {why}',
        "Repair the service behind webhook {name}.",
    ),
)
_COMPILED = tuple((re.compile(one.pattern), one) for one in _KNOWN)


def understood(said: str, namespace: str) -> Understood:
    """Return what the API server said in words of our own, and what to do about it."""
    bare = _BEFORE.sub("", said)
    for pattern, known in _COMPILED:
        if found := pattern.search(bare):
            holes = {**found.groupdict(), "namespace": namespace}
            sentence, fix = known.sentence.format(**holes), known.fix.format(**holes)
            return Understood(known.code, sentence, fix, holes.get("name", ""))
    fix = "Change what the API server objects to; the controller then creates the pods."
    return Understood(UNAVAILABLE, f"Its pods are not created: {bare}", fix)
