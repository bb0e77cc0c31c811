"""SARIF 2.1.0: golden text, the structure that the standard demands, and what GitHub needs."""

import json
import re
from typing import Any

import jsonschema
import pytest

from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.report.sarif import to_sarif
from clusterwright.tools.explain import page
from tests.agents.report.cases import healthy, many, problems, saying, sifted, unknown, wide
from tests.golden.compare import golden
from tests.trust.injections import INJECTIONS

_TEXT: dict[str, Any] = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string"}, "markdown": {"type": "string"}},
    "additionalProperties": False,
}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_LOCATION: dict[str, Any] = {
    "type": "object",
    "required": ["physicalLocation", "logicalLocations"],
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "message": _TEXT,
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "properties": {"uri": {"type": "string", "format": "uri-reference"}},
                },
                "region": {"type": "object", "properties": {"startLine": {"minimum": 1}}},
            },
        },
        "logicalLocations": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "object", "required": ["fullyQualifiedName"]},
        },
    },
    "additionalProperties": False,
}
_RESULT: dict[str, Any] = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": _LEVEL,
        "message": _TEXT,
        "locations": {"type": "array", "minItems": 1, "items": _LOCATION},
        "relatedLocations": {"type": "array", "items": _LOCATION, "uniqueItems": True},
        "codeFlows": {
            "type": "array",
            "items": {
                "required": ["threadFlows"],
                "properties": {
                    "threadFlows": {
                        "minItems": 1,
                        "items": {
                            "required": ["locations"],
                            "properties": {
                                "locations": {
                                    "minItems": 1,
                                    "items": {"properties": {"location": _LOCATION}},
                                }
                            },
                        },
                    }
                },
            },
        },
        "partialFingerprints": {"additionalProperties": {"type": "string"}},
        "baselineState": {"enum": ["new", "unchanged", "updated", "absent"]},
        "properties": {"type": "object"},
    },
    "additionalProperties": False,
}
_RUN: dict[str, Any] = {
    "type": "object",
    "required": ["tool", "results", "invocations"],
    "properties": {
        "tool": {"required": ["driver"], "properties": {"driver": {"required": ["name"]}}},
        "automationDetails": {"properties": {"id": {"type": "string"}}},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "invocations": {
            "items": {
                "required": ["executionSuccessful"],
                "properties": {
                    "executionSuccessful": {"type": "boolean"},
                    "exitCodeDescription": {"type": "string"},
                    "toolExecutionNotifications": {
                        "items": {
                            "required": ["message"],
                            "properties": {"message": _TEXT, "level": _LEVEL},
                        }
                    },
                },
                "additionalProperties": False,
            }
        },
        "results": {"type": "array", "items": _RESULT},
        "properties": {"type": "object"},
    },
    "additionalProperties": False,
}
_DOCUMENT: dict[str, Any] = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "properties": {"version": {"const": "2.1.0"}, "runs": {"items": _RUN, "minItems": 1}},
}
"""What the standard's schema says of the parts that are written here."""

_LINK = re.compile(r"(?<!\\)\[[^\]]*(?<!\\)\]\(")


def run(diagnosis: Diagnosis) -> dict[str, Any]:
    [only] = json.loads(to_sarif(diagnosis))["runs"]
    return only


def texts(diagnosis: Diagnosis) -> list[str]:
    """Return the text of each message in a document, at any depth."""
    found: list[str] = []

    def note(part: dict[str, Any]) -> dict[str, Any]:
        if "message" in part:
            found.append(part["message"]["text"])
        return part

    json.loads(to_sarif(diagnosis), object_hook=note)
    return found


@pytest.mark.parametrize(("name", "diagnosis"), [("problems", problems()), ("sifted", sifted())])
def test_golden_sarif(name: str, diagnosis: Diagnosis) -> None:
    text = re.sub(r'"version": "0\.[^"]*"', '"version": "0"', to_sarif(diagnosis)) + "\n"
    assert text == golden(f"report/{name}.sarif", text)


@pytest.mark.parametrize(
    "diagnosis",
    [problems(), healthy(), unknown(), sifted(), many(500), wide(1_000), saying("[a](b) {0}")],
)
def test_the_document_has_the_structure_of_the_standard(diagnosis: Diagnosis) -> None:
    document = json.loads(to_sarif(diagnosis))
    jsonschema.validate(document, _DOCUMENT)
    driver = document["runs"][0]["tool"]["driver"]
    rules = [rule["id"] for rule in driver["rules"]]
    for result in document["runs"][0]["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    known = {one["id"] for one in driver["notifications"]}
    for told in document["runs"][0]["invocations"][0]["toolExecutionNotifications"]:
        assert told["descriptor"]["id"] in known


def test_a_rule_has_the_page_of_its_code_as_help() -> None:
    [missing, crash] = run(problems())["tool"]["driver"]["rules"]
    assert missing["help"]["markdown"] == page("pod/configmap-missing")
    assert crash["shortDescription"]["text"] == "A container ends with an error again and again"


def test_a_code_of_another_server_is_a_rule_without_a_page() -> None:
    one = problems()
    foreign = one.root_causes[0].model_copy(update={"code": "vendor/broken"})
    [rule] = run(one.model_copy(update={"root_causes": (foreign,)}))["tool"]["driver"]["rules"]
    assert rule == {"id": "vendor/broken", "shortDescription": {"text": "vendor/broken"}}


def test_a_flow_leads_from_the_cause_to_each_symptom_with_the_reason() -> None:
    [flow] = run(problems())["results"][0]["codeFlows"]
    steps = [one["location"] for one in flow["threadFlows"][0]["locations"]]
    assert [one["logicalLocations"][0]["fullyQualifiedName"] for one in steps] == [
        "dev/Deployment/shop/cart",
        "dev/Service/shop/cart",
    ]
    assert steps[1]["message"]["text"] == (
        "service/no-ready-endpoints on Service/shop/cart: "
        "a Service is as ready as the Pods that it selects"
    )


def test_fingerprints_stay_from_run_to_run_and_tell_causes_of_one_name_apart() -> None:
    one = problems()
    twice = one.model_copy(update={"root_causes": one.root_causes[:1] * 2})
    prints = [result["partialFingerprints"] for result in run(twice)["results"]]
    name = one.root_causes[0].id
    assert [each["primaryLocationLineHash"] for each in prints] == [f"{name}:1", f"{name}:2"]


@pytest.mark.parametrize(
    ("diagnosis", "successful", "levels"),
    [
        (healthy(), True, []),
        (problems(), True, ["warning"]),
        (unknown(), False, ["error"]),
        (sifted(), True, ["note"]),
    ],
)
def test_what_could_not_be_read_and_what_is_set_aside_is_notified(
    diagnosis: Diagnosis, successful: bool, levels: list[str]
) -> None:
    [invocation] = run(diagnosis)["invocations"]
    assert invocation["executionSuccessful"] is successful
    assert [one["level"] for one in invocation["toolExecutionNotifications"]] == levels


def test_with_a_baseline_results_are_new_and_what_is_set_aside_is_in_the_properties() -> None:
    only = run(sifted())
    assert {result["baselineState"] for result in only["results"]} == {"new"}
    assert [one["why"] for one in only["properties"]["setAside"]] == ["ignored", "known", "gone"]


@pytest.mark.parametrize(
    "hostile",
    ["[a](https://evil.example)", "\\[a](1)", *(one.written for one in INJECTIONS)],
)
def test_no_text_of_a_cluster_is_a_link(hostile: str) -> None:
    assert [text for text in texts(saying(hostile)) if _LINK.search(text)] == []


def test_a_context_of_any_name_is_a_relative_path() -> None:
    one = problems()
    root = one.root_causes[0].model_copy(update={"cluster": "capi:dev ops/prod"})
    [result, *_] = run(one.model_copy(update={"root_causes": (root,)}))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "capi%3Adev%20ops/prod/Deployment/shop/cart"


def test_a_thousand_symptoms_are_bounded() -> None:
    assert len(to_sarif(wide(1_000))) < 200_000
