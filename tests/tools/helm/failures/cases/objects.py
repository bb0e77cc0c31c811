"""Objects that the API server does not take as they are."""

from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.place import Place
from tests.tools.helm.failures.templates import (
    JOINED,
    NAME,
    claim,
    config,
    deployment,
    job,
    orphan_pod,
    pod,
    service,
)

_SECRET = f'apiVersion: v1\nkind: Secret\nmetadata: {{name: "{NAME}"}}\n'


def _stateful(name: str) -> str:
    return deployment(f"serviceName: {name}").replace("kind: Deployment", "kind: StatefulSet")


def _binding(role: str) -> str:
    group = "rbac.authorization.k8s.io"
    return (
        f"apiVersion: {group}/v1\nkind: RoleBinding\nmetadata: {{name: {NAME}}}\n"
        f"roleRef: {{apiGroup: {group}, kind: Role, name: {role}}}\n"
    )


def selector(place: Place) -> str:
    return place.changed(deployment(app="a"), deployment(app="b"))


def job_template(place: Place) -> str:
    return place.changed(job("a"), job("b"))


def cluster_ip(place: Place) -> str:
    return place.changed(service(), service("clusterIP: None, "))


def volume_claim(place: Place) -> str:
    return place.changed(claim(), claim("ReadWriteMany"))


def stateful_set(place: Place) -> str:
    return place.changed(_stateful("a"), _stateful("b"))


def pod_host(place: Place) -> str:
    return place.changed(pod(), pod("  hostname: other"))


def immutable_config(place: Place) -> str:
    return place.changed(config(more="immutable: true"), config("{a: c}", more="immutable: true"))


def role_of_binding(place: Place) -> str:
    return place.changed(_binding("a"), _binding("b"))


def parameters_of_class(place: Place) -> str:
    """Change a class of volumes, which is outside of any namespace: its name says whose it is."""
    name = f"{place.release}-{place.namespace}"
    head = "apiVersion: storage.k8s.io/v1\nkind: VolumeAttributesClass\n"
    kept = f"{head}metadata: {{name: {name}}}\ndriverName: clusterwright.test\nparameters: "
    try:
        return place.changed(f"{kept}{{a: b}}\n", f"{kept}{{a: c}}\n")
    finally:
        place.helm_ok("uninstall", place.release)


def several_at_once(place: Place) -> str:
    before = deployment(app="a") + JOINED + job("a")
    return place.changed(before, deployment(app="b") + JOINED + job("b"))


def claim_and_selector(place: Place) -> str:
    """Have the API server show a difference in the middle of what Helm says."""
    before = claim() + JOINED + deployment(app="a")
    return place.changed(before, claim("ReadWriteMany") + JOINED + deployment(app="b"))


def several_new_ones(place: Place) -> str:
    return place.refused(deployment("replicas: -1"), orphan_pod())


def misspelt(place: Place) -> str:
    return place.refused(deployment(container=", imagee: other"))


def variable_twice(place: Place) -> str:
    twice = ", env: [{name: A, value: b}, {name: A, value: c}]"
    return place.refused(deployment(container=twice))


def several_fields(place: Place) -> str:
    return place.refused(deployment("replicas: many", container=", imagee: other"))


def number_for_text(place: Place) -> str:
    return place.refused(f"{_SECRET}stringData: {{pin: 31337}}\n")


def no_base64(place: Place) -> str:
    return place.refused(f"{_SECRET}data: {{pin: '!'}}\n")


def misspelt_and_replaced(place: Place) -> str:
    after = deployment(container=", imagee: other")
    return place.changed(deployment(), after, "--server-side=false", "--force-replace")


def list_with_name(place: Place) -> str:
    return place.refused("apiVersion: v1\nkind: ConfigMapList\nmetadata: {name: a}\nitems: []\n")


def negative(place: Place) -> str:
    return place.refused(deployment("replicas: -1"))


def much_missing(place: Place) -> str:
    return place.refused(f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {NAME}}}\n")


def no_version(place: Place) -> str:
    return place.refused(f"kind: ConfigMap\nmetadata: {{name: {NAME}}}\n")


def large_data(place: Place) -> str:
    return place.refused(config('{a: {{ repeat 1100000 "x" }}}'))


def no_name(place: Place) -> str:
    return place.refused("apiVersion: v1\nkind: ConfigMap\n")


_NOT_BOTH = "Forbidden: spec is immutable after creation except resources.requests"
_APPLY = "server-side apply failed for object NAMESPACE/RELEASE"
_IMMUTABLE = 'Deployment.apps "RELEASE" is invalid: spec.selector: Invalid value: '
_TYPED = "failed to create typed patch object (NAMESPACE/RELEASE; apps/v1, Kind=Deployment): "
_REPLICAS = 'Deployment.apps "RELEASE" is invalid: spec.replicas: Invalid value: -1: must be'
_DEPLOYMENT = {"object": "Deployment/NAMESPACE/RELEASE"}
CASES = (
    Case(
        "immutable-field",
        "selector",
        selector,
        f"{_APPLY} apps/v1, Kind=Deployment: {_IMMUTABLE}",
        f'cannot patch "RELEASE" with kind Deployment: {_IMMUTABLE}',
        {"field": "spec.selector"},
        recorded=True,
    ),
    Case(
        "immutable-field",
        "job-template",
        job_template,
        'Job.batch "RELEASE" is invalid: spec.template: Invalid value: {"labels"',
        detail={"field": "spec.template", "object": "Job/NAMESPACE/RELEASE"},
    ),
    Case(
        "immutable-field",
        "cluster-ip",
        cluster_ip,
        'spec.clusterIPs[0]: Invalid value: ["None"]: may not change once set',
        detail={"field": "spec.clusterIPs[0]"},
    ),
    Case(
        "immutable-field",
        "volume-claim",
        volume_claim,
        f'PersistentVolumeClaim "RELEASE" is invalid: spec: {_NOT_BOTH}',
        detail={"field": "spec", "object": "PersistentVolumeClaim/NAMESPACE/RELEASE"},
    ),
    Case(
        "immutable-field",
        "stateful-set",
        stateful_set,
        "spec: Forbidden: updates to statefulset spec for fields other than",
    ),
    Case(
        "immutable-field",
        "pod",
        pod_host,
        "spec: Forbidden: pod updates may not change fields other than",
    ),
    Case(
        "immutable-field",
        "config-map",
        immutable_config,
        "data: Forbidden: field is immutable when `immutable` is set",
        detail={"field": "data"},
    ),
    Case(
        "immutable-field",
        "volume-attributes-class",
        parameters_of_class,
        "parameters: Forbidden: updates to parameters are forbidden.",
        detail={"field": "parameters", "object": "VolumeAttributesClass/RELEASE-NAMESPACE"},
    ),
    Case("immutable-field", "binding", role_of_binding, "cannot change roleRef"),
    Case(
        "immutable-field",
        "several-at-once",
        several_at_once,
        f"field is immutable && {_APPLY} batch/v1, Kind=Job: ",
        'field is immutable && cannot patch "RELEASE" with kind Job: ',
        {"field": "spec.selector"},
        recorded=True,
        others=("immutable-field",),
    ),
    Case(
        "immutable-field",
        "claim-and-selector",
        claim_and_selector,
        f'+  "ReadWriteMany"\n  ],\n  "Selector": null,\n  "Resources": {{\n && {_APPLY} apps/v1,',
        detail={"field": "spec", "object": "PersistentVolumeClaim/NAMESPACE/RELEASE"},
        recorded=True,
        others=("immutable-field",),
    ),
    Case(
        "missing-reference",
        "several-new-ones",
        several_new_ones,
        f"\n{_APPLY} apps/v1, Kind=Deployment: ",
        "2 errors occurred:\n\t* ",
        {"reference": "absent"},
        recorded=True,
        others=("invalid-object",),
    ),
    Case(
        "typed-patch",
        "misspelt",
        misspelt,
        f'{_APPLY} apps/v1, Kind=Deployment: {_TYPED}.spec.template.spec.containers[name="app"]'
        ".imagee: field not declared in schema",
        detail={**_DEPLOYMENT, "field": '.spec.template.spec.containers[name="app"].imagee'},
        recorded=True,
    ),
    Case(
        "typed-patch",
        "variable-twice",
        variable_twice,
        f'{_TYPED}.spec.template.spec.containers[name="app"].env: duplicate entries for key'
        ' [name="A"]',
    ),
    Case(
        "typed-patch",
        "several-fields",
        several_fields,
        f"{_TYPED}errors:\n  .spec.",
        detail={"field": '.spec.replicas, .spec.template.spec.containers[name="app"].imagee'},
    ),
    Case(
        "typed-patch",
        "number-for-text",
        number_for_text,
        ".stringData.pin: expected string, got &value.valueUnstructured{Value:31337}",
        detail={"why": ".stringData.pin: expected string, got a number"},
    ),
    Case(
        "wrong-type",
        "no-base64",
        no_base64,
        "unable to convert unstructured object to /v1, Kind=Secret: error decoding from json:"
        " illegal base64 data at input byte 0",
        'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0',
        {"why": "illegal base64 data at input byte 0"},
    ),
    Case(
        "wrong-type",
        "number-for-text",
        number_for_text,
        "",
        "json: cannot unmarshal number into Go struct field Secret.stringData of type string",
        {"object": "Secret", "field": "Secret.stringData"},
    ),
    Case(
        "unknown-field",
        "misspelt-and-replaced",
        misspelt_and_replaced,
        'failed to replace object: Deployment in version "v1" cannot be handled as a Deployment:'
        ' strict decoding error: unknown field "spec.template.spec.containers[0].imagee"',
        detail={"field": "spec.template.spec.containers[0].imagee"},
    ),
    Case(
        "unknown-field",
        "list-with-name",
        list_with_name,
        'error validating "": error validating data: ValidationError(ConfigMapList.metadata):'
        ' unknown field "name" in',
        detail={"field": "name"},
    ),
    Case(
        "invalid-object",
        "negative",
        negative,
        f"{_APPLY} apps/v1, Kind=Deployment: {_REPLICAS}",
        f"1 error occurred:\n\t* {_REPLICAS}",
        {"field": "spec.replicas"},
        recorded=True,
    ),
    Case(
        "invalid-object",
        "much-missing",
        much_missing,
        "is invalid: [spec.selector: Required value, spec.template.metadata.labels: Invalid value",
        detail={
            "field": "spec.selector, spec.template.metadata.labels, spec.template.spec.containers"
        },
    ),
    Case(
        "invalid-object",
        "no-version",
        no_version,
        'error validating "": error validating data: apiVersion not set',
        detail={"why": "apiVersion not set"},
    ),
    Case(
        "object-too-big",
        "large-data",
        large_data,
        'ConfigMap "RELEASE" is invalid: []: Too long: may not be more than 1048576 bytes',
        detail={"limit": "1048576"},
    ),
    Case("no-name", "no-name", no_name, "resource name may not be empty"),
)
