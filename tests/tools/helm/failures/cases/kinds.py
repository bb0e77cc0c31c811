"""Kinds that are not served, and CustomResourceDefinitions that are older than their chart."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace

from clusterwright.tools.manifest import Manifest, items
from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.place import Place
from tests.tools.helm.failures.templates import JOINED, NAME, config, hook

_MONITOR = (
    f"apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: {NAME}}}\n"
)
_THING = f"apiVersion: acme.test/v1\nkind: Thing\nmetadata: {{name: {NAME}}}\n"


def _group(place: Place) -> str:
    return f"{place.release}.{place.namespace}.test"


def _definition(place: Place, a: Manifest) -> Manifest:
    spec: Manifest = {"type": "object", "properties": {"a": a}}
    schema: Manifest = {"type": "object", "properties": {"spec": spec}}
    version: Manifest = {"name": "v1", "served": True, "storage": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"gadgets.{_group(place)}"},
        "spec": {
            "group": _group(place),
            "scope": "Namespaced",
            "names": {"kind": "Gadget", "plural": "gadgets", "singular": "gadget"},
            "versions": [{**version, "schema": {"openAPIV3Schema": schema}}],
        },
    }


def _established(place: Place, made: Manifest) -> bool:
    found = place.find(made["kind"], made["metadata"]["name"], made["apiVersion"])
    told = items(found or {}, "status", "conditions")
    return any(one["type"] == "Established" and one["status"] == "True" for one in told)


@contextmanager
def _defined(place: Place, a: Manifest) -> Generator[Callable[[str], str]]:
    """Have a CustomResourceDefinition while the block runs; yields its objects' template."""
    made = _definition(place, a)
    head = f"apiVersion: {_group(place)}/v1\nkind: Gadget\nmetadata: {{name: {NAME}}}\nspec: "
    try:
        place.create(made)
        place.until(lambda: _established(place, made))
        yield lambda spec: f"{head}{spec}\n"
    finally:
        place.api.delete("", made)


def no_definition(place: Place) -> str:
    return place.refused(_MONITOR)


def no_definition_in_upgrade(place: Place) -> str:
    return place.changed(config(), _MONITOR)


def two_kinds(place: Place) -> str:
    return place.refused(_MONITOR + JOINED + _THING)


def kind_of_hook(place: Place) -> str:
    metadata = f"metadata: {{name: {NAME}{hook('pre-install')}}}"
    return place.refused(_THING.replace(f"metadata: {{name: {NAME}}}", metadata))


def new_field(place: Place) -> str:
    """Show as well that Helm 3 drops the field and reports success."""
    with _defined(place, {"type": "string"}) as gadget:
        old = replace(place, version=3, release=f"{place.release}-3")
        old.install_ok(old.chart("new", gadget("{a: text, b: text}")))
        kept = place.find("Gadget", old.release, f"{_group(place)}/v1")
        assert kept
        assert kept["spec"] == {"a": "text"}
        return place.changed(gadget("{a: text}"), gadget("{a: text, b: text}"))


def not_to_change(place: Place) -> str:
    rule: Manifest = {"rule": "self == oldSelf", "message": "Value is immutable"}
    with _defined(place, {"type": "string", "x-kubernetes-validations": [rule]}) as gadget:
        return place.changed(gadget("{a: one}"), gadget("{a: other}"))


def large_custom_object(place: Place) -> str:
    with _defined(place, {"type": "string"}) as gadget:
        return place.refused(gadget('{a: {{ repeat 2000000 "x" }}}'))


def not_in_enumeration(place: Place) -> str:
    with _defined(place, {"type": "string", "enum": ["one"]}) as gadget:
        return place.changed(gadget("{a: one}"), gadget("{a: other}"))


def hook_without_items(place: Place) -> str:
    metadata = f"metadata: {{name: a{hook('pre-install')}}}"
    return place.refused(f"apiVersion: v1\nkind: List\n{metadata}\nitems: []\n")


_UNSERVED = (
    'resource mapping not found for name: "RELEASE" namespace: "" from "": no matches for kind'
    ' "ServiceMonitor" in version "monitoring.coreos.com/v1"\nensure CRDs are installed first'
)
_BUILD = "unable to build kubernetes objects from release manifest: "
CASES = (
    Case(
        "missing-kind",
        "no-definition",
        no_definition,
        _BUILD + _UNSERVED,
        _BUILD + _UNSERVED,
        {
            "kind": "ServiceMonitor",
            "api": "monitoring.coreos.com/v1",
            "object": "ServiceMonitor/RELEASE",
        },
    ),
    Case(
        "missing-kind",
        "no-definition-in-upgrade",
        no_definition_in_upgrade,
        f"UPGRADE FAILED: {_UNSERVED}",
    ),
    Case(
        "missing-kind",
        "two-kinds",
        two_kinds,
        f"{_BUILD}[resource mapping not found",
        others=("missing-kind",),
    ),
    Case(
        "missing-kind",
        "kind-of-hook",
        kind_of_hook,
        "failed pre-install: unable to build kubernetes object for deleting hook",
        detail={"event": "pre-install", "kind": "Thing"},
        recorded=True,
    ),
    Case(
        "crd-skew",
        "new-field",
        new_field,
        "failed to create typed patch object (NAMESPACE/RELEASE; RELEASE.NAMESPACE.test/v1,"
        " Kind=Gadget): .spec.b: field not declared in schema",
        detail={"kind": "Gadget", "api": "RELEASE.NAMESPACE.test/v1", "field": ".spec.b"},
        recorded=True,
    ),
    Case(
        "immutable-field",
        "by-a-rule",
        not_to_change,
        'spec.a: Invalid value: "other": Value is immutable',
        detail={"field": "spec.a", "object": "Gadget/NAMESPACE/RELEASE"},
    ),
    Case(
        "invalid-object",
        "not-in-enumeration",
        not_in_enumeration,
        'spec.a: Unsupported value: "other": supported values: "one"',
        'Gadget.RELEASE.NAMESPACE.test "RELEASE" is invalid: spec.a: Unsupported value: "other"',
        {"field": "spec.a"},
    ),
    Case(
        "object-too-big",
        "large-custom-object",
        large_custom_object,
        "Kind=Gadget: etcdserver: request is too large",
        detail={"object": "Gadget/NAMESPACE/RELEASE"},
    ),
    Case(
        "no-objects",
        "hook-without-items",
        hook_without_items,
        "failed pre-install: object not found, skipping delete: no objects visited",
        detail={"event": "pre-install"},
        recorded=True,
    ),
)
