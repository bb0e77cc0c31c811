"""Charts, values and templates that cannot be used."""

import json

from tests.tools.helm.failures.cases.case import Case
from tests.tools.helm.failures.place import Place
from tests.tools.helm.failures.templates import NAME, config

_SCHEMA = {
    "type": "object",
    "required": ["host"],
    "additionalProperties": False,
    "properties": {"host": {"type": "string"}, "replicaCount": {"type": "integer"}},
}
_REDIS = [{"name": "redis", "version": "1.x", "repository": "https://charts.example.org"}]


def newer_kubernetes(place: Place) -> str:
    return place.install(place.chart("one", config(), kubeVersion=">=1.99.0"))


def against_the_schema(place: Place) -> str:
    chart = place.chart("one", files={"values.schema.json": json.dumps(_SCHEMA)})
    return place.install(chart, "--set-string", "replicaCount=three", "--set", "nope=1")


def damaged_schema(place: Place) -> str:
    return place.install(place.chart("one", files={"values.schema.json": "{"}))


def flag_without_value(place: Place) -> str:
    return place.install(place.chart("one"), "--set", "a.b")


def values_no_yaml(place: Place) -> str:
    (place.folder / "values.yaml").write_text("a: b: c", encoding="utf-8")
    return place.install(place.chart("one"), "-f", "values.yaml")


def text_for_a_subchart(place: Place) -> str:
    place.chart("one/charts/sub")
    chart = place.chart("one", dependencies=[{"name": "sub", "version": "1.0.0"}])
    return place.install(chart, "--set", "sub=text")


def required_value(place: Place) -> str:
    return place.refused(config('{a: {{ required "set host: is forbidden" .Values.host }}}'))


def value_not_set(place: Place) -> str:
    return place.refused(config("{a: {{ .Values.a.b.c }}}"))


def included_value_not_set(place: Place) -> str:
    helper = '{{ define "inner" }}{{ .Values.a.b }}{{ end }}'
    chart = place.chart(
        "one", config('{a: {{ include "inner" . }}}'), files={"templates/_inner.tpl": helper}
    )
    return place.install(chart)


def unknown_function(place: Place) -> str:
    return place.refused(config("{a: {{ nosuch 1 }}}"))


def unquoted_colon(place: Place) -> str:
    return place.refused(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {NAME}}}\na: b: c\n")


def unpacked_dependency(place: Place) -> str:
    return place.install(place.chart("one", config(), dependencies=_REDIS))


def old_lock(place: Place) -> str:
    lock = "dependencies: []\ndigest: sha256:00\ngenerated: '2026-01-01T00:00:00Z'\n"
    chart = place.chart("one", files={"Chart.lock": lock}, dependencies=_REDIS)
    return place.helm("dependency", "build", place.path(chart))


def unknown_alias(place: Place) -> str:
    chart = place.chart("one", dependencies=[{**_REDIS[0], "repository": "@absent"}])
    return place.helm("dependency", "build", place.path(chart))


def no_folder(place: Place) -> str:
    return place.install("absent")


def no_chart_file(place: Place) -> str:
    (place.folder / "empty").mkdir()
    return place.install("empty")


def odd_version(place: Place) -> str:
    return place.install(place.chart("one", version="one"))


def odd_api_version(place: Place) -> str:
    return place.install(place.chart("one", apiVersion="v9"))


def values_of_chart_no_yaml(place: Place) -> str:
    return place.install(place.chart("one", files={"values.yaml": "a: b: c"}))


def no_archive(place: Place) -> str:
    (place.folder / "one.tgz").write_text("text", encoding="utf-8")
    return place.install("one.tgz")


def library(place: Place) -> str:
    return place.install(place.chart("one", type="library"))


def _packed(place: Place) -> str:
    place.helm_ok("package", place.path(place.chart("one")), "-d", str(place.folder))
    return "one-1.0.0.tgz"


def unsigned(place: Place) -> str:
    return place.install(_packed(place), "--verify")


def badly_signed(place: Place) -> str:
    (place.folder / f"{_packed(place)}.prov").write_text("text", encoding="utf-8")
    (place.folder / "keyring").touch()
    return place.install("one-1.0.0.tgz", "--verify", "--keyring", "keyring")


_CHECKING = "occurred while checking for chart dependencies. You may need to run"
_FETCH = "fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: redis"
_NO_YAML = "error converting YAML to JSON: yaml: mapping values are not allowed in this context"
_SET_HOST = "execution error at (refused/templates/0.yaml:4:13): set host: is forbidden"
CASES = (
    Case(
        "kube-version",
        "newer-kubernetes",
        newer_kubernetes,
        "chart requires kubeVersion: >=1.99.0 which is incompatible with Kubernetes v1.",
        detail={"required": ">=1.99.0"},
    ),
    Case(
        "values-schema",
        "against-the-schema",
        against_the_schema,
        "values don't meet the specifications of the schema(s) in the following chart(s):\none:\n"
        "- at '': missing property 'host'\n- at '/replicaCount': got string, want integer\n"
        "- at '': additional properties 'nope' not allowed",
        "- at '/replicaCount': got string, want integer",
        {"chart": "one", "field": "/, /replicaCount"},
    ),
    Case(
        "values-schema",
        "damaged-schema",
        damaged_schema,
        "in the following chart(s):\none:\nunexpected EOF",
        detail={"violations": "unexpected EOF"},
    ),
    Case(
        "values-syntax",
        "flag-without-value",
        flag_without_value,
        'failed parsing --set data: key "b" has no value',
    ),
    Case(
        "values-syntax",
        "values-no-yaml",
        values_no_yaml,
        "failed to parse values.yaml: cannot unmarshal yaml document: error converting YAML",
        "failed to parse values.yaml: error converting YAML to JSON",
    ),
    Case(
        "values-syntax",
        "text-for-a-subchart",
        text_for_a_subchart,
        "chart dependencies processing failed: type mismatch on sub: %!t(string=text)",
        "INSTALLATION FAILED: type mismatch on sub: %!t(string=text)",
        {"chart": "sub"},
    ),
    Case(
        "template-fail",
        "required-value",
        required_value,
        _SET_HOST,
        _SET_HOST,
        {"template": "refused/templates/0.yaml", "message": "set host: is forbidden"},
    ),
    Case(
        "template-error",
        "value-not-set",
        value_not_set,
        'refused/templates/0.yaml:4:20\n  executing "refused/templates/0.yaml" at'
        " <.Values.a.b.c>:\n    nil pointer evaluating interface {}.b",
        'template: refused/templates/0.yaml:4:20: executing "refused/templates/0.yaml" at'
        " <.Values.a.b.c>: nil pointer evaluating interface {}.b",
        {
            "template": "refused/templates/0.yaml",
            "message": "nil pointer evaluating interface {}.b",
        },
    ),
    Case(
        "template-error",
        "included-value-not-set",
        included_value_not_set,
        "error calling include:\none/templates/_inner.tpl:1:",
        detail={"message": "nil pointer evaluating interface {}.b"},
    ),
    Case(
        "template-error",
        "unknown-function",
        unknown_function,
        'parse error at (refused/templates/0.yaml:4): function "nosuch" not defined',
        detail={"template": "refused/templates/0.yaml"},
    ),
    Case(
        "manifest-yaml",
        "unquoted-colon",
        unquoted_colon,
        "YAML parse error on refused/templates/0.yaml: error converting YAML to JSON: yaml: line 4",
        detail={"template": "refused/templates/0.yaml"},
    ),
    Case(
        "missing-dependency",
        "unpacked-dependency",
        unpacked_dependency,
        f"an error {_CHECKING} 'helm dependency build' to {_FETCH}",
        f"An error {_CHECKING} `helm dependency build` to {_FETCH}",
        {"dependencies": "redis"},
    ),
    Case(
        "missing-dependency",
        "old-lock",
        old_lock,
        "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml)",
    ),
    Case(
        "missing-dependency",
        "unknown-alias",
        unknown_alias,
        "no repository definition for @absent",
        detail={"dependencies": "@absent."},
    ),
    Case("chart-not-found", "no-folder", no_folder, '/absent" not found'),
    Case(
        "chart-invalid",
        "no-chart-file",
        no_chart_file,
        "unable to detect chart at ",
        "Chart.yaml file is missing",
    ),
    Case(
        "chart-invalid",
        "odd-version",
        odd_version,
        'validation: chart.metadata.version "one" is invalid',
    ),
    Case("chart-invalid", "odd-api-version", odd_api_version, "unsupported chart version"),
    Case(
        "chart-invalid",
        "values-of-chart-no-yaml",
        values_of_chart_no_yaml,
        f"cannot load values.yaml: cannot unmarshal yaml document: {_NO_YAML}",
        f"cannot load values.yaml: {_NO_YAML}",
    ),
    Case("chart-invalid", "no-archive", no_archive, "does not appear to be a gzipped archive"),
    Case(
        "not-installable",
        "library",
        library,
        "library charts are not installable",
        detail={"type": "library"},
    ),
    Case("provenance", "unsigned", unsigned, "could not load provenance file "),
    Case(
        "provenance",
        "badly-signed",
        badly_signed,
        "INSTALLATION FAILED: signature block not found",
        "failed to decode signature: signature block not found",
    ),
)
