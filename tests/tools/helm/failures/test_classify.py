"""Complaints that are nested, many, cut, hostile, or not known at all."""

import pytest

from clusterwright.tools.helm.failures import Classified, Held, classify, held
from tests.effort import grows_linearly

_APPLY = "server-side apply failed for object shop/cart apps/v1, Kind=Deployment: "
_SELECTOR = (
    'Deployment.apps "cart" is invalid: spec.selector: Invalid value: {}: field is immutable'
)
_WORDS = "correct-horse-battery-staple"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{_APPLY}{_SELECTOR}", "immutable-field"),
        (f'Upgrade "cart" failed: {_APPLY}{_SELECTOR}', "immutable-field"),
        (f"Error: UPGRADE FAILED: {_APPLY}{_SELECTOR}\n", "immutable-field"),
        (f'level=WARN msg="upgrade failed" error="x"\nError: {_SELECTOR}', "immutable-field"),
        (_SELECTOR, "immutable-field"),
        ('Deployment.apps "cart" is invalid: spec.replicas: Invalid value: -1', "invalid-object"),
        ("context deadline exceeded", "wait-timeout"),
        ("failed pre-install: context deadline exceeded", "hook-failed"),
        (
            "failed pre-install: warning: Hook pre-install a failed: Internal error occurred: "
            'failed calling webhook "a.b": Post "https://c": context deadline exceeded',
            "webhook-unavailable",
        ),
        (
            'Get "https://c:6443/version": context deadline exceeded',
            "unreachable",
        ),
        (
            'Error: Kubernetes cluster unreachable: Get "https://c:6443/version": context deadline'
            " exceeded (Client.Timeout exceeded while awaiting headers)",
            "unreachable",
        ),
        (
            'Post "https://10.0.0.1:443/api/v1/namespaces/a/secrets": read tcp 10.0.0.9:1: read:'
            " connection reset by peer",
            "unreachable",
        ),
        ("etcdserver: request timed out", "overloaded"),
        ("Install complete", "unknown"),
    ],
)
def test_the_deepest_cause_is_told_whatever_it_is_wrapped_in(text: str, code: str) -> None:
    assert classify(text).code == code


def test_a_webhook_may_say_anything_without_being_taken_at_its_word() -> None:
    said = 'admission webhook "check" denied the request: release: not found, exceeded quota: q, no'
    assert classify(f"{_APPLY}{said}").code == "webhook-denied"
    failing = "execution error at (a/b.yaml:1:2): kubernetes cluster unreachable: no"
    assert classify(failing).code == "template-fail"


def test_a_field_that_a_custom_resource_lacks_counts_wherever_it_is_listed() -> None:
    lines = (".spec.a: expected string, got 7", ".spec.c: field not declared in schema")
    last = ".b: field not declared in schema"
    for first, second in (lines, lines[::-1]):
        told = f"failed to create typed patch object (a/b; c.test/v1, Kind=D): errors:\n  {first}"
        found = classify(f"{told}\n  {second}\n  {last}")
        assert (found.code, found.detail["field"]) == ("crd-skew", ".b, .spec.c")


def test_each_of_several_objects_is_told() -> None:
    second = (
        'cannot patch "db" with kind Service: services "db" is forbidden: exceeded quota: q,'
        " requested: a=1"
    )
    third = (
        'cannot patch "web" with kind Pod: Pod "web" is invalid: spec: Forbidden: pod updates may'
        " not change fields other than x"
    )
    found = classify(f"{_APPLY}{_SELECTOR} && {second} && {third}")
    told = [(one.code, one.detail["object"]) for one in (found, *found.others)]
    assert told == [
        ("immutable-field", "Deployment/shop/cart"),
        ("quota", "Service/db"),
        ("immutable-field", "Pod/web"),
    ]


def test_the_deepest_of_several_comes_first() -> None:
    waits = "resource Pod/shop/a not ready. status: InProgress, message: x"
    found = classify(f"{waits}\n{_APPLY}{_SELECTOR}")
    assert (found.code, [one.code for one in found.others]) == ("immutable-field", ["wait-timeout"])


def test_what_is_not_known_is_told_as_it_is() -> None:
    assert classify("Error: the moon is full\n") == Classified(
        code="unknown",
        cause="Helm said “the moon is full”",
        change="The catalogue has no row for these words: read them, and the release's status and"
        " history, before anything is tried again.",
        detail={},
        said="the moon is full",
    )


def test_nothing_is_no_cause() -> None:
    assert classify(" \n").cause == "Helm said nothing."


def test_a_message_that_goes_on_with_an_error_of_its_own_is_not_taken_for_helms() -> None:
    said = "execution error at (a/b.yaml:1:2): set:\nError: release: not found"
    assert classify(f"Error: INSTALLATION FAILED: {said}").code == "template-fail"
    logged = "Error: no database\nError: warning: Hook test a/b.yaml failed: context canceled\n"
    assert classify(logged).code == "hook-failed"


def test_only_log_lines_are_read_when_there_is_nothing_else() -> None:
    line = 'level=WARN msg="upgrade failed" name=a error="\\"a\\" has no deployed releases"'
    assert classify(line).code == "no-deployed-release"


def test_quoted_objects_are_left_out_of_what_was_said() -> None:
    pod = '{"Env":[{"Name":"PASSWORD","Value":"' + _WORDS + '"}]}'
    text = f'Job.batch "a" is invalid: spec.template: Invalid value: {pod}: field is immutable'
    diff = (
        'Pod "a" is invalid: spec: Forbidden: pod updates may not change fields other than x\n'
        f'@@ -1 +1 @@\n {{\n-  "{_WORDS}"\n+  "b"\n'
    )
    cut = text[: text.index("staple")]
    for one in (text, diff, cut, text.replace("{", "v1.PodSpec{", 1)):
        found = classify(one)
        assert _WORDS[:9] not in repr(found)
    assert classify(text).said.endswith("Invalid value: {…}: field is immutable")


def test_secrets_are_redacted_before_anything_is_cut() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "dozjgNryP4J3jVmNHl0w5N"
    found = classify(f"execution error at (a/b.yaml:1:2): {'x' * 470} token: {token}")
    assert token[:30] not in repr(found)


def test_the_owners_of_fields_are_told_with_their_fields() -> None:
    text = (
        'Apply failed with 3 conflicts: conflicts with "hpa" with subresource "scale" using'
        ' autoscaling/v2 at 2026-11-27T10:00:00Z:\n- .spec.replicas\nconflicts with "kubectl-edit"'
        ' using apps/v1:\n- .spec.template.spec.containers[name="a"].image\n- .spec.paused'
    )
    assert held(text) == (
        Held("hpa", "scale", (".spec.replicas",)),
        Held(
            "kubectl-edit", "", ('.spec.template.spec.containers[name="a"].image', ".spec.paused")
        ),
    )


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        '"a',
        "a/a.",
        " && ",
        "\n\t* ",
        "Error: a\n",
        'Invalid value: ["a',
        'a.b "c" is invalid: ',
        'conflict with "a": .b ',
        'Get "https://a/v2/',
        'x: Invalid value: "y": ',
        "resource A/b/c not ready. status: d, message: e\n",
        "warning: Hook a b failed: ",
        'a/b.yaml:1:2: executing "c" at <d',
        "at 'a': b\n- ",
        'user "a" is attempting',
        ", resource mapping not found for name: ",
    ],
)
def test_the_work_grows_with_the_text_and_no_faster(unit: str) -> None:
    assert grows_linearly(lambda size: classify(unit * (size // len(unit))), 250_000)
