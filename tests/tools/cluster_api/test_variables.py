"""Variables may hold secrets: their names tell, and the names of what they hold."""

from clusterwright.tools.cluster_api.class_variables import variables_of_class
from clusterwright.tools.cluster_api.variables import variables_of
from clusterwright.tools.manifest import Json
from clusterwright.tools.redaction import REDACTED
from tests.tools.cluster_api.objects import CORE, cluster
from tests.tools.kubernetes.analyzers.cluster import make

CANARY = "correct-horse-battery"


def shown(name: str, value: Json) -> dict[str, str]:
    return variables_of(cluster(topology={"variables": [{"name": name, "value": value}]}))


def test_a_variable_named_like_a_secret_is_not_shown() -> None:
    assert shown("apiToken", CANARY) == {"apiToken": REDACTED}
    assert shown("region", "us-east-1") == {"region": "us-east-1"}


def test_a_secret_inside_a_variable_is_not_shown() -> None:
    value = {"user": "robot", "password": CANARY}
    assert CANARY not in shown("registry", value)["registry"]
    assert "robot" in shown("registry", value)["registry"]


def test_the_default_of_a_variable_named_like_a_secret_is_not_shown() -> None:
    schema = {"openAPIV3Schema": {"type": "string", "default": CANARY}}
    variables = [{"name": "apiToken", "required": True, "schema": schema}]
    found = make(
        "ClusterClass", "gpu", api=CORE, namespace="default", spec={"variables": variables}
    )
    (variable,) = variables_of_class(found)
    assert CANARY not in variable.line()
    assert CANARY not in variable.model_dump_json()
