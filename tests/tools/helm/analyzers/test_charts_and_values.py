"""release/values-rejected, release/api-removed, release/crd-skew: what the next upgrade meets."""

from typing import cast

import pytest

from clusterwright.tools.finding import AbsenceEvidence
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.helm.estates import CART, Cluster, record, thing

REJECTED, REMOVED, SKEW = "release/values-rejected", "release/api-removed", "release/crd-skew"
SCHEMA: Manifest = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "properties": {
        "port": {"type": "integer"},
        "level": {"enum": ["debug", "info"]},
        "host": {"format": "hostname"},
        "list": {"items": {"type": "string"}},
    },
    "required": ["port"],
}


def judged(values: Manifest, **more: Json) -> Cluster:
    chart = {"port": 80, **more.pop("defaults", {})}
    return Cluster([record(2, values=values, defaults=chart, schema=SCHEMA, **more)])


@pytest.mark.parametrize(
    ("values", "said", "asked"),
    [
        ({"port": "x"}, "port must be integer", {"port": "<ask: port must be integer>"}),
        ({"level": "loud"}, "level must be one of debug, info", None),
        ({"port": None}, "the values lack port", {"<ask: the values lack port>": ""}),
        ({"host": "a_b c"}, "host must be a valid hostname", None),
        ({"list": ["a", 1]}, "list[1]", {"list": "<ask: “list[1]” must be string>"}),
    ],
)
def test_values_that_the_schema_refuses(
    values: Manifest, said: str, asked: Manifest | None
) -> None:
    found = judged(values).only(REJECTED)
    assert found.subject == CART
    assert "The values of revision 2 break the schema of its chart" in found.title
    assert said in found.title
    if asked is not None:
        assert found.remedies[0].changes[0]["values"] == asked


def test_the_value_itself_is_never_shown() -> None:
    found = judged({"port": "secret-of-somebody"}).only(REJECTED)
    assert "secret-of-somebody" not in found.model_dump_json()


def test_values_that_are_allowed_and_schemas_that_cannot_be_judged_are_silent() -> None:
    assert judged({"port": 81, "level": "debug"}).codes() == []
    elsewhere = {"$ref": "https://example.com/schema.json"}
    assert Cluster([record(2, schema=elsewhere)]).codes() == []
    odd = record(2)
    assert Cluster([odd]).codes() == []


def test_formats_count_up_to_draft_7_as_helm_has_it() -> None:
    newer = {**SCHEMA, "$schema": "https://json-schema.org/draft/2020-12/schema"}
    values: Manifest = {"port": 81, "host": "a_b c"}
    assert Cluster([record(2, values=values, schema=newer)]).codes() == []
    assert judged(values).codes() == [REJECTED]


def test_rules_for_values_of_charts_below_are_left_to_these() -> None:
    below = {"dependencies": [{"name": "db"}]}
    schema: Manifest = {"required": ["db"], "properties": {"db": {"type": "string"}}}
    assert Cluster([record(2, schema=schema, chart=below)]).codes() == []
    assert Cluster([record(2, schema=schema, chart=below, values={"db": {}})]).codes() == []


def test_an_api_version_that_kubernetes_removed() -> None:
    budget = thing("PodDisruptionBudget", api="policy/v1beta1")
    served = frozenset({("v1", "PodDisruptionBudget")})
    found = Cluster([record(4, "deployed", budget)], serves={"policy": served}).only(REMOVED)
    assert found.title == (
        "The manifest of revision 4 has policy/v1beta1 PodDisruptionBudget, which is served as"
        " policy/v1 only since Kubernetes 1.25: Helm can neither upgrade nor roll back"
    )
    assert "rewritten to policy/v1" in found.fixes[0]
    assert not found.remedies


def test_an_api_version_that_moved_to_another_group() -> None:
    ingress = thing("Ingress", api="extensions/v1beta1")
    found = Cluster([record(4, "deployed", ingress)], serves={"extensions": frozenset()})
    assert "rewritten to networking.k8s.io/v1" in found.only(REMOVED).fixes[0]


def test_a_kind_whose_definition_is_gone() -> None:
    gadget = thing("Gadget", api="example.com/v1")
    found = Cluster([record(4, "deployed", gadget)], serves={"example.com": frozenset()})
    assert "which nothing serves" in found.only(REMOVED).title
    assert found.only(REMOVED).fixes == ("Bring back the CustomResourceDefinition of Gadget.",)


def test_what_is_served_or_not_known_is_no_trouble() -> None:
    gadget = thing("Gadget", api="example.com/v1")
    served = frozenset({("v1", "Gadget")})
    whole = [record(4, "deployed", gadget)]
    assert Cluster(whole, serves={"example.com": served}).codes() == []
    assert Cluster(whole, serves={"example.com": None}).codes() == []


def crd(*fields: str, version: str = "v1", more: tuple[str, ...] = ()) -> Manifest:
    properties = {one: {"type": "string"} for one in fields}
    schema = {"openAPIV3Schema": {"properties": {"spec": {"properties": properties}}}}
    versions = [{"name": one, "served": True, "schema": schema} for one in (version, *more)]
    spec = {"names": {"kind": "Pool"}, "versions": versions}
    return thing("CustomResourceDefinition", "pools.x.io", api="apiextensions.k8s.io/v1", spec=spec)


CRD = Ref("CustomResourceDefinition", "pools.x.io")


@pytest.mark.parametrize(
    ("chart", "there", "why"),
    [
        (crd("a", more=("v2",)), crd("a"), "does not serve v2"),
        (crd("a", "b"), crd("a"), "lacks spec.b in v1"),
    ],
)
def test_a_definition_that_is_older_than_the_charts(
    chart: Manifest, there: Manifest, why: str
) -> None:
    found = Cluster([record(2, crds=[chart])], [there]).only(SKEW)
    assert found.title.startswith(f"CustomResourceDefinition pools.x.io {why}, which the chart web")
    assert found.remedies[0].changes == ({"kind": "upgrade_crds", "release": "shop/cart"},)


def test_a_definition_that_does_not_exist() -> None:
    missing = Cluster([record(2, crds=[crd("a")])], absent=frozenset({CRD}))
    assert missing.only(SKEW).evidence[0] == AbsenceEvidence(ref=CRD)
    back = Cluster([record(2, crds=[crd("a")])], absent=frozenset({CRD}), there=[crd("a")])
    assert back.codes() == []


def test_definitions_that_are_as_new_or_of_somebody_else_are_silent() -> None:
    chart = [record(2, crds=[crd("a", "b")])]
    assert Cluster(chart, [crd("a", "b", "c")]).codes() == []
    assert Cluster(chart, [crd("a", "other")]).codes() == []
    assert Cluster(chart).codes() == []


def test_odd_files_of_crds_are_passed_over() -> None:
    kinds: tuple[Json, ...] = ("{", [], {"kind": "CustomResourceDefinition"})
    odd = [cast("Manifest", one) for one in kinds]
    assert Cluster([record(2, crds=odd)]).codes() == []
