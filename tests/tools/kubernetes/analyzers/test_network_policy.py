"""Whom NetworkPolicies let in, and who plainly wants in."""

import pytest

from clusterwright.tools.finding import FieldEvidence
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import conclude, make, pod, running

CODE = "networkpolicy/blocks-service"


def server() -> list[Manifest]:
    ports = [{"name": "http", "containerPort": 8080}]
    conditions = [{"type": "Ready", "status": "True"}]
    api = pod(
        running(),
        name="cart-1",
        ready=True,
        container={"ports": ports},
        metadata={"labels": {"app": "cart"}},
        status={"conditions": conditions},
    )
    spec = {"selector": {"app": "cart"}, "ports": [{"port": 80, "targetPort": "http"}]}
    return [api, make("Service", "cart", spec=spec)]


def client(
    value: str = "http://cart:80/api", namespace: str = "shop", variable: str = "CART_URL"
) -> Manifest:
    env = [{"name": variable, "value": value}]
    metadata = {"labels": {"app": "web"}}
    return pod(
        running(),
        name="web-1",
        ready=True,
        container={"env": env},
        metadata=metadata,
        namespace=namespace,
    )


def home(name: str, **labels: str) -> Manifest:
    return make("Namespace", name, namespace="", metadata={"labels": labels})


def policy(*rules: Json, selector: Json = None, name: str = "cart", types: Json = None) -> Manifest:
    spec: Manifest = {"podSelector": selector or {}, "ingress": list(rules)}
    if types is not None:
        spec["policyTypes"] = types
    return make("NetworkPolicy", name, api="networking.k8s.io/v1", spec=spec)


def peer(**labels: str) -> Manifest:
    return {"podSelector": {"matchLabels": labels}}


def told(*objects: Manifest) -> list[str]:
    return [one.title for one in conclude(*server(), *objects) if one.code == CODE]


def test_a_client_that_no_rule_lets_in_is_told_with_the_setting_that_names_the_service() -> None:
    found = conclude(*server(), client(), policy({"from": [peer(app="admin")]}))
    (finding,) = [one for one in found if one.code == CODE]
    assert finding.subject == Ref("NetworkPolicy", "cart", "shop")
    assert finding.title == (
        "No policy lets Pod web-1 reach port http of Service cart, which its settings name"
    )
    assert finding.concluded
    assert finding.evidence == (
        FieldEvidence(
            ref=Ref("Pod", "web-1", "shop"),
            path="$.spec.containers[?(@.name=='app')].env[?(@.name=='CART_URL')].value",
            value="http://cart:80/api",
        ),
        FieldEvidence(ref=finding.subject, path="$.spec.ingress", value="any port from app=admin"),
    )


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"from": [peer(app="web")]},
        {"from": [peer(app="other")], "ports": [{"port": 8080}]} | {"from": [peer(app="web")]},
        {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]},
        {"ports": [{"port": "http"}]},
        {"ports": [{"port": 8000, "endPort": 9000}]},
        {"from": [{"podSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}}]},
    ],
)
def test_a_client_that_a_rule_lets_in_is_silent(rule: Manifest) -> None:
    assert told(client(), policy(rule)) == []


@pytest.mark.parametrize(
    "rule",
    [
        {"ports": [{"port": 80}]},
        {"ports": [{"port": 8080, "protocol": "UDP"}]},
        {"ports": [{"port": "grpc"}]},
        {"from": [{"namespaceSelector": {"matchLabels": {"team": "ops"}}}]},
    ],
)
def test_another_port_or_another_namespace_does_not_let_it_in(rule: Manifest) -> None:
    assert len(told(client(), home("shop", team="shop"), policy(rule))) == 1


def test_a_rule_of_any_policy_is_enough() -> None:
    deny, allow = policy(name="base"), policy({"from": [peer(app="web")]}, name="cart")
    assert told(client(), deny, allow) == []
    assert len(told(client(), deny)) == 1


def test_a_client_of_another_namespace_is_let_in_by_that_namespaces_labels() -> None:
    rule = {"from": [{"namespaceSelector": {"matchLabels": {"team": "web"}}}]}
    away = client("cart.shop.svc.cluster.local:80", namespace="front")
    assert told(away, home("front", team="web"), policy(rule)) == []
    assert len(told(away, home("front", team="x"), policy(rule))) == 1


@pytest.mark.parametrize(
    "value",
    ["cartography", "my-cart", "http://other/cart", "shopping cart", "cart.yaml", "cart:latest"],
)
def test_what_only_looks_like_the_name_is_no_wish(value: str) -> None:
    assert told(client(value), policy()) == []


@pytest.mark.parametrize(("variable", "wishes"), [("CART_HOST", 1), ("APP", 0), ("SERVICE", 0)])
def test_a_bare_name_is_a_host_where_the_variable_says_so(variable: str, wishes: int) -> None:
    assert len(told(client("cart", variable=variable), policy())) == wishes


@pytest.mark.parametrize("value", ["cart:80", "user@cart", "cart.shop", "cart.shop.svc:80"])
def test_an_address_is_a_wish(value: str) -> None:
    assert len(told(client(value), policy())) == 1


def test_policies_for_egress_and_for_other_pods_keep_nobody_out() -> None:
    assert told(client(), policy(types=["Egress"])) == []
    assert told(client(), policy(selector={"matchLabels": {"app": "db"}})) == []


def test_a_namespace_that_denies_and_that_nobody_wants_into_is_silent() -> None:
    assert told(client("http://elsewhere"), policy()) == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CART_HOST", "cart"),
        ("UPSTREAMS", "elsewhere:80,cart:80"),
        ("DSN", "user@cart/data"),
        ("CART", "https://cart.shop.svc/api"),
        ("CART", "cart.shop.svc.cluster.local"),
    ],
)
def test_a_host_is_known_by_how_it_is_written_or_by_what_the_setting_is_called(
    variable: str, value: str
) -> None:
    assert len(told(client(value, variable=variable), policy())) == 1


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OTEL_SERVICE_NAME", "cart"),
        ("HOSTNAME", "cart"),
        ("IMAGE", "cart:7"),
        ("CART_URL", "http://cart.example.com/"),
        ("CART_URL", "http://cart:9090/"),
    ],
)
def test_a_name_that_is_no_host_of_the_service_is_no_wish(variable: str, value: str) -> None:
    assert told(client(value, variable=variable), policy()) == []


@pytest.mark.parametrize(
    ("args", "findings"),
    [
        (["--cart-host=cart"], 1),
        (["--cart-addr", "cart"], 1),
        (["--database", "cart"], 0),
        (["cart"], 0),
    ],
)
def test_arguments_are_settings_too(args: list[str], findings: int) -> None:
    one = client("elsewhere")
    one["spec"]["containers"][0]["args"] = args
    assert len(told(one, policy())) == findings


def test_a_namespace_that_was_not_read_may_have_the_labels() -> None:
    assert told(client(), policy({"from": [{"namespaceSelector": {}}]})) == []


def test_the_protocol_of_the_service_is_the_one_that_counts() -> None:
    api, service = server()
    service["spec"]["ports"][0]["protocol"] = "UDP"
    open_ = policy({"ports": [{"port": 8080, "protocol": "UDP"}]})
    wrong = policy({"ports": [{"port": 8080}]})
    assert [f for f in conclude(api, service, client(), open_) if f.code == CODE] == []
    assert [f for f in conclude(api, service, client(), wrong) if f.code == CODE]


def test_the_port_that_a_setting_names_is_the_one_that_counts() -> None:
    api, service = server()
    service["spec"]["ports"].append({"port": 9090, "targetPort": 9090})
    metrics = policy({"ports": [{"port": 9090}]})
    (finding,) = [f for f in conclude(api, service, client(), metrics) if f.code == CODE]
    assert "reach port http of" in finding.title
    either = conclude(api, service, client("http://cart/"), metrics)
    assert [f for f in either if f.code == CODE] == []


def test_a_headless_service_is_reached_at_the_port_that_the_client_names() -> None:
    api, service = server()
    service["spec"] = {"selector": {"app": "cart"}, "clusterIP": "None"}
    assert [f for f in conclude(api, service, client(), policy({})) if f.code == CODE] == []
    one, closed = client("cart:8080"), policy({"ports": [{"port": 9090}]})
    assert [f for f in conclude(api, service, one, closed) if f.code == CODE]
    assert [
        f for f in conclude(api, service, client("http://cart"), closed) if f.code == CODE
    ] == []


def test_policies_say_nothing_of_pods_in_the_network_of_their_node() -> None:
    api, service = server()
    api["spec"]["hostNetwork"] = True
    assert [f for f in conclude(api, service, client(), policy()) if f.code == CODE] == []
    one = client()
    one["spec"]["hostNetwork"] = True
    assert told(one, policy()) == []


def test_a_port_that_the_pods_do_not_declare_is_another_fault() -> None:
    api, service = server()
    service["spec"]["ports"][0]["targetPort"] = "web"
    rules = policy({"ports": [{"port": 8080}]})
    codes = [f.code for f in conclude(api, service, client(), rules)]
    assert codes == ["service/target-port-mismatch"]
