"""What is asked before an object is taken: webhooks, policies, Pod Security, references."""

import base64
import subprocess
import sys
from pathlib import Path

from clusterwright.deploy.sandbox.runtime.certificates import Authority
from clusterwright.tools.manifest import Manifest
from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.place import Place
from tests.tools.helm.failures.templates import config, deployment, hook, orphan_pod, pod, service

_API = "admissionregistration.k8s.io/v1"
_REFUSING = Path(__file__).parents[1] / "refusing_webhook.py"


def _rules(place: Place) -> tuple[Manifest, Manifest]:
    """Return the selector of the place's own namespace, and the rule for ConfigMaps."""
    rule: Manifest = {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["configmaps"]}
    return {"matchLabels": {"of": place.own}}, {**rule, "operations": ["CREATE"]}


def _webhook(place: Place, client: Manifest, template: str) -> str:
    guarded = place.elsewhere()
    selector, rule = _rules(place)
    webhook: Manifest = {
        "name": "check.clusterwright.test",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "timeoutSeconds": 5,
        "clientConfig": client,
        "namespaceSelector": selector,
        "rules": [rule],
    }
    kind = "ValidatingWebhookConfiguration"
    meta: Manifest = {"name": guarded.namespace}
    made: Manifest = {"apiVersion": _API, "kind": kind, "metadata": meta, "webhooks": [webhook]}
    guarded.create(made)
    try:
        guarded.until(guarded.refuses_config_maps)
        return guarded.refused(template)
    finally:
        guarded.api.delete("", made)


def closed_port(place: Place) -> str:
    return _webhook(place, {"url": "https://127.0.0.1:9/"}, config())


def no_service(place: Place) -> str:
    client: Manifest = {"service": {"namespace": place.own, "name": "none"}}
    return _webhook(place, client, config())


def _refused_by_webhook(place: Place, template: str) -> str:
    pair = Authority(place.folder, "ca").issue("webhook", "webhook", hosts=["127.0.0.1"])
    enter = ["nsenter", f"--net=/proc/{place.network}/ns/net"] if place.network else []
    running = subprocess.Popen(
        [*enter, sys.executable, _REFUSING, pair.certificate, pair.key],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        port = running.stdout.readline().strip()
        authority = base64.b64encode((place.folder / "ca.crt").read_bytes()).decode()
        client: Manifest = {"url": f"https://127.0.0.1:{port}/", "caBundle": authority}
        return _webhook(place, client, template)
    finally:
        running.kill()
        running.communicate()


def refused(place: Place) -> str:
    return _refused_by_webhook(place, config())


def refused_hook(place: Place) -> str:
    return _refused_by_webhook(place, config(metadata=hook("pre-install")))


def refused_by_policy(place: Place) -> str:
    guarded = place.elsewhere()
    selector, rule = _rules(place)
    meta: Manifest = {"name": guarded.namespace}
    check: Manifest = {
        "expression": "false",
        "message": "exceeded quota: every owner needs a label",
    }
    policy: Manifest = {
        "matchConstraints": {"namespaceSelector": selector, "resourceRules": [rule]},
        "validations": [check],
    }
    binding: Manifest = {"policyName": guarded.namespace, "validationActions": ["Deny"]}
    kind = "ValidatingAdmissionPolicy"
    made: tuple[Manifest, ...] = (
        {"apiVersion": _API, "kind": kind, "metadata": meta, "spec": policy},
        {"apiVersion": _API, "kind": f"{kind}Binding", "metadata": meta, "spec": binding},
    )
    guarded.create(*made)
    try:
        guarded.until(guarded.refuses_config_maps)
        return guarded.refused(config())
    finally:
        for one in made:
            guarded.api.delete("", one)


def root_in_restricted(place: Place) -> str:
    return place.elsewhere(**{"pod-security.kubernetes.io/enforce": "restricted"}).refused(pod())


def deployment_in_restricted(place: Place) -> str:
    """Have a Deployment whose pods are refused, of which only a warning tells."""
    restricted = place.elsewhere(**{"pod-security.kubernetes.io/enforce": "restricted"})
    return restricted.install(restricted.chart("one", deployment()), "--wait", "--timeout=3s")


def no_service_account(place: Place) -> str:
    return place.refused(orphan_pod())


def no_priority_class(place: Place) -> str:
    return place.refused(pod("  priorityClassName: absent"))


def no_runtime_class(place: Place) -> str:
    return place.refused(pod("  runtimeClassName: absent"))


def port_of_another(place: Place) -> str:
    other: Manifest = {"type": "NodePort", "ports": [{"port": 80}]}
    name = f"{place.release}-other"
    other_one: Manifest = {**place.object("Service", spec=other), "metadata": {"name": name}}
    made = place.api.create(place.namespace, other_one)
    port = made["spec"]["ports"][0]["nodePort"]
    taken = service("type: NodePort, ").replace("port: 80", f"port: 80, nodePort: {port}")
    said = place.refused(taken)
    assert f"Invalid value: {port}: " in said
    return said


def address_of_another(place: Place) -> str:
    first = place.api.get("default", "v1", "Service", "kubernetes")
    assert first
    return place.refused(service(f"clusterIP: {first['spec']['clusterIP']}, "))


_APPLY = "server-side apply failed for object OWN/RELEASE /v1, Kind=ConfigMap: "
_DENIED = (
    "configmaps \"RELEASE\" is forbidden: ValidatingAdmissionPolicy 'OWN' with binding 'OWN'"
    " denied request: exceeded quota: every owner needs a label"
)
_FAILED = (
    'Internal error occurred: failed calling webhook "check.clusterwright.test": failed to call'
)
_SAYS = 'admission webhook "check.clusterwright.test" denied the request: no owner'
CASES = (
    Case(
        "webhook-denied",
        "refused",
        refused,
        _APPLY + _SAYS,
        f"1 error occurred:\n\t* {_SAYS}",
        {"webhook": "check.clusterwright.test", "message": "no owner"},
    ),
    Case(
        "webhook-denied",
        "refused-hook",
        refused_hook,
        f"failed pre-install: warning: Hook pre-install refused/templates/0.yaml failed: {_APPLY}",
        detail={"event": "pre-install", "hook": "refused/templates/0.yaml", "message": "no owner"},
    ),
    Case(
        "webhook-denied",
        "refused-by-policy",
        refused_by_policy,
        _APPLY + _DENIED,
        f"1 error occurred:\n\t* {_DENIED}",
        {"webhook": "OWN", "message": "exceeded quota: every owner needs a label"},
    ),
    Case(
        "webhook-unavailable",
        "closed-port",
        closed_port,
        f'{_APPLY}{_FAILED} webhook: Post "https://127.0.0.1:9/?timeout=5s": dial tcp',
        f"1 error occurred:\n\t* {_FAILED} webhook: ",
        {"webhook": "check.clusterwright.test"},
    ),
    Case("webhook-unavailable", "no-service", no_service, 'service "none" not found'),
    Case(
        "pod-security",
        "root-in-restricted",
        root_in_restricted,
        'pods "RELEASE" is forbidden: violates PodSecurity "restricted:latest": '
        "allowPrivilegeEscalation != false",
        detail={"standard": "restricted:latest"},
    ),
    Case(
        "wait-timeout",
        "deployment-in-restricted",
        deployment_in_restricted,
        "resource Deployment/OWN/RELEASE not ready. status: InProgress, message: Replicas: 0/1",
        "INSTALLATION FAILED: context deadline exceeded",
        warned='would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    ),
    Case(
        "missing-reference",
        "no-service-account",
        no_service_account,
        'error looking up service account NAMESPACE/absent: serviceaccount "absent" not found',
        detail={"reference": "absent", "object": "Pod/NAMESPACE/RELEASE"},
        recorded=True,
    ),
    Case(
        "missing-reference",
        "no-priority-class",
        no_priority_class,
        "no PriorityClass with name absent was found",
        detail={"reference": "absent"},
    ),
    Case(
        "missing-reference",
        "no-runtime-class",
        no_runtime_class,
        'pod rejected: RuntimeClass "absent" not found',
        detail={"reference": "absent"},
    ),
    Case(
        "address-taken",
        "port-of-another",
        port_of_another,
        ": provided port is already allocated",
    ),
    Case(
        "address-taken",
        "address-of-another",
        address_of_another,
        "failed to allocate IP ",
        detail={"object": "Service/NAMESPACE/RELEASE"},
    ),
)
