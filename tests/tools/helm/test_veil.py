"""What is known for a secret of a release is blanked wherever else its record tells of it."""

import base64

from clusterwright.tools.helm.record import Release
from clusterwright.tools.helm.veil import Veil

LOGIN = """\
apiVersion: v1
kind: Secret
metadata: {name: login}
stringData: {password: abc123, greeting: "welcome, friend", port: "5432", on: "true"}
data: {blob: %s}
"""
WORKLOAD = """\
apiVersion: v1
kind: Pod
metadata: {name: web-server}
spec: {containers: [{name: a, env: [{name: API_TOKEN, value: k9-kerberos}]}]}
"""


def veil(**parts: object) -> Veil:
    return Veil.of(Release({"name": "cart-release", "namespace": "shop-floor", **parts}))


def test_values_under_telling_names_are_blanked_in_any_text() -> None:
    found = veil(config={"db": {"password": "s3same-open", "user": "robot"}})
    assert found.text("log in as robot with s3same-open!") == "log in as robot with [redacted]!"
    assert found.json({"words": ["s3same-open", 7]}) == {"words": ["[redacted]", 7]}


def test_what_templates_put_into_a_secret_is_blanked_in_values_of_any_name() -> None:
    blob = base64.b64encode(b"hidden-in-base64").decode()
    found = veil(manifest=f"{LOGIN % blob}---\n{WORKLOAD}")
    assert found.json({"a": "abc123", "b": "welcome, friend", "c": "5432", "d": "true"}) == {
        "a": "[redacted]", "b": "[redacted]", "c": "5432", "d": "true"
    }  # fmt: skip
    assert found.line(f"{blob} hidden-in-base64 k9-kerberos") == "[redacted] [redacted] [redacted]"


def test_names_of_the_release_and_its_objects_are_none() -> None:
    manifest = (LOGIN % "eA==").replace("abc123", "cart-release")
    named = "cart-release in shop-floor by web-server"
    found = veil(manifest=f"{manifest}---\n{WORKLOAD.replace('k9-kerberos', 'web-server')}")
    assert found.text(named) == named


def test_hooks_have_secrets_too() -> None:
    found = veil(hooks=[{"manifest": LOGIN % "eA=="}, {"manifest": "]["}])
    assert found.text("it is abc123") == "it is [redacted]"


def test_of_a_text_over_many_lines_only_the_secret_is_blanked() -> None:
    config = "server:\n  listen: everywhere\n  password: s3same-open\n"
    found = veil(config={"files": {"app.yaml": config}})
    assert found.text("listen: everywhere") == "listen: everywhere"
    assert "s3same-open" not in found.text(config)


def test_two_veils_are_one() -> None:
    one, other = veil(config={"password": "first-secret"}), veil(config={"token": "other-secret"})
    assert (one | other).text("first-secret other-secret") == "[redacted] [redacted]"


def test_live_secrets_have_a_veil_as_well() -> None:
    live = {"kind": "Secret", "data": {"password": base64.b64encode(b"typed-by-hand").decode()}}
    assert Veil.over([live]).text("it is typed-by-hand") == "it is [redacted]"
