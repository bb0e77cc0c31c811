"""Secrets are removed, what is none stays, and no text makes the search slow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.redaction import (
    LAST_APPLIED,
    REDACTED,
    redact,
    redact_json,
    redact_text,
    secret_name,
)
from tests.effort import grows_linearly

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"token {JWT} refused", JWT),
        ("using AKIAIOSFODNN7EXAMPLE now", "AKIAIOSFODNN7EXAMPLE"),
        ("Authorization: Bearer abc123def456", "abc123def456"),
        ("connect postgres://app:s3cr3t@db:5432/shop", "s3cr3t"),
        ("password=opensesame next", "opensesame"),
        ('{"password": "open sesame"}', "open sesame"),
        ("DB_PASSWORD: hunter2", "hunter2"),
        ("--api-key=0123456789", "0123456789"),
        ("client_secret=abcdef", "abcdef"),
        ("hf_" + "a1" * 17, "a1a1"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE and cut", "MIIE"),
        ("Authorization: Basic dXNlcjpodW50ZXI=", "dXNlcjpodW50ZXI"),
        ("Authorization: Basic abcdefgh", "abcdefgh"),
        ('"authorization": "opensesame"', "opensesame"),
        ("Bearer kubeconfig-user-x7k:abcdefgh1jklmnop", "abcdefgh1"),
        ("postgres://app:p@ss;w0rd@db/shop", "w0rd"),
        ("password=hun;ter2&more,end next", "ter2"),
        ("password=hun;ter2&more,end next", "end"),
        ('{\\"password\\":\\"open sesame\\"}', "sesame"),
        ("password: |\n  hunter2\n  more\nuser: me", "hunter2"),
        ("user requirepass opensesame", "opensesame"),
        ("sh -c 'tool --password hunter2 --port 80'", "hunter2"),
        ("tool --db-password hunter2", "hunter2"),
        ("mysqldump -u root -phunter2 shop", "hunter2"),
        ("curl -s -u me:hunter2 https://api.example", "hunter2"),
        ("machine db login me password hunter2", "hunter2"),
        ("CREATE USER me IDENTIFIED BY 'hunter2'", "hunter2"),
        ("AccountName=a;AccountKey=Zm9vYmFy/+==;Suffix=x", "Zm9vYmFy"),
        ("https://x.blob.example/c?sv=1&sig=" + "aB%2F" * 8, "aB%2F"),
        ("sk_" + "live_" + "4eC39HqLyjWDarjt", "4eC39HqLyjWDarjt"),
        ("https://hooks.slack.com/services/T000/B000/XXXX", "B000"),
        ("hvs." + "CAESIJ" * 5, "CAESIJ"),
    ],
)
def test_a_secret_is_removed_by_its_shape(text: str, hidden: str) -> None:
    assert hidden not in redact_text(text)
    assert REDACTED in redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "failed to authorize: failed to fetch anonymous token: unexpected status 401 Unauthorized",
        "basic authentication is required",
        'secret "db-credentials" not found',
        "http://10.0.0.1:8080/healthz answered 503",
        "registry.example:5000/shop/cart@sha256:0123456789abcdef",
        "--tokenizer=meta-llama/Llama-3 --max-tokens=4096 bypass=true",
        "error: unknown flag: --token",
        "pull access denied, repository may require authorization: server message: denied",
        "the flag --password is required",
        "mysql -p is not given",
        "DB_HOST=db;DB_PORT=5432",
        "Error: secret is missing in namespace shop",
        "exceeded quota: share, requested: pods=1, used: pods=1, limited: pods=1",
    ],
)
def test_what_a_diagnosis_needs_stays(text: str) -> None:
    kept = redact_text(text)
    assert kept.replace(REDACTED, "") != ""
    assert kept == text or "401" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password=a1b2;user=me", "password=[redacted];user=me"),
        ("password=a1b2&user=me", "password=[redacted]&user=me"),
        ("password=a1b2, user=me", "password=[redacted], user=me"),
        ("password: |\n  hunter2\nuser: me", "password: |\n  [redacted]\nuser: me"),
        ("tool --password hunter2 --port 80", "tool --password [redacted] --port 80"),
        ("http://me:pw@db:80/x@y", "http://me:[redacted]@db:80/x@y"),
    ],
)
def test_what_stands_beside_a_secret_stays(text: str, shown: str) -> None:
    assert redact_text(text) == shown


@pytest.mark.parametrize(
    "token",
    [
        "sk-" + "proj-" + "aB3_x-" * 12,
        "sk-" + "ant-api03-" + "aB3_x-" * 15 + "AA",
        "sk-" + "or-v1-" + "0a1b" * 16,
        "sk-" + "0123456789abcdef" * 2,
        "sk-" + "lf-0b1c2d3e-1111-2222-3333-444455556666",
        "sk-" + "abcdefgh" * 6,
        "sk-" + "a1b2c3d4e5f6a1b2c3d4-and-more",
        "glpat-" + "aB3xyz-B3xyzaB3_yz12",
        "nvapi-" + "aB3x" * 16,
        "xoxb-" + "2151881154-2151881154-aB3xaB3xaB3xaB3xaB3xaB3x",
        "xoxp-" + "2151881154-2151881154-2151881154-0123456789abcdef0123456789abcdef",
        "xoxa-" + "2-1234567890-abcdefabcd",
        "xoxe-" + "1-My0xLaBcDeFg",
        "hvs." + "caesijaaaaaaaaaaaaaaaaaA",
        "ya29." + "a0AfH6SMaaaaaaaaaaaaaaaa",
        "pypi-" + "AgEIcHlwaS5vcmcCJDk" + "aB3x" * 10,
    ],
)
def test_a_token_is_removed_whole_by_its_issuers_beginning(token: str) -> None:
    assert redact_text(f"using {token} now") == f"using {REDACTED} now"
    assert redact_json({"ref": f"Pod/shop/{token}"}) == {"ref": f"Pod/shop/{REDACTED}"}


BEGINNINGS = (
    "sk",
    "glpat",
    "nvapi",
    "xoxb",
    "xoxp",
    "hvs.eu",
    "ya29.eu",
    "pypi",
    "token",
    "secret",
)


@given(
    beginning=st.sampled_from(BEGINNINGS),
    words=st.lists(
        st.sampled_from(["telecom", "production", "api", "eu-west-1", "v2"]), min_size=1
    ),
    ending=st.sampled_from(["", "-7d9f8b6c5d-x2x4z", "-29384756-0", "-20261128", "-0"]),
)
def test_the_name_of_an_object_stays(beginning: str, words: list[str], ending: str) -> None:
    name = "-".join([beginning, *words]) + ending
    for ref in (f"Pod/{name.replace('.', '-')}/{name}", f"Machine.cluster.x-k8s.io/shop/{name}"):
        assert redact_json({"subject": ref}) == {"subject": ref}
    assert redact_text(f'pod "{name}" is not ready') == f'pod "{name}" is not ready'


def test_a_secret_keeps_its_keys_only() -> None:
    shown = redact(
        {
            "kind": "Secret",
            "metadata": {"name": "db", "annotations": {LAST_APPLIED: '{"data":{"p":"aHVudGVy"}}'}},
            "data": {"password": "aHVudGVyMg==", "user": "YXBw"},
            "stringData": "odd",
        }
    )
    assert shown["data"] == {"password": REDACTED, "user": REDACTED}
    assert shown["stringData"] == REDACTED
    assert "aHVudGVy" not in str(shown)
    assert shown["metadata"]["name"] == "db"


def test_variables_arguments_and_kubeconfigs_lose_their_values() -> None:
    container = {
        "env": [
            {"name": "DB_PASSWORD", "value": "hunter2"},
            {"name": "LOG_LEVEL", "value": "info"},
            {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
        ],
        "args": ["--password", "hunter2", "--port", "80"],
    }
    shown = redact({"kind": "Pod", "spec": {"containers": [container]}})
    assert "hunter2" not in str(shown)
    kept = shown["spec"]["containers"][0]
    assert kept["env"][1]["value"] == "info"
    assert kept["env"][2]["valueFrom"]["secretKeyRef"] == {"name": "db", "key": "password"}
    assert kept["args"][2:] == ["--port", "80"]
    config = redact({"kind": "Config", "users": [{"name": "me", "user": {"token": "t0ken"}}, 3]})
    assert "t0ken" not in str(config)


@pytest.mark.parametrize(
    "name",
    [
        "DB_PASSWORD",
        "apiKey",
        "GITHUB_TOKEN",
        "client-secret",
        "dsn",
        "dbPassword",
        "accessTokens",
        "PGPASSWORD",
        "requirepassword",
        "REDISCLI_AUTH",
        "SESSION_KEY",
        "jwtKey",
        "TLS_KEY",
        "GITHUB_PAT",
        "ERLANG_COOKIE",
    ],
)
def test_names_that_tell_of_a_secret(name: str) -> None:
    assert secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "secretName",
        "tokenPath",
        "LOG_LEVEL",
        "passenger",
        "keyboard",
        "tokenizer",
        "MAX_TOKENS",
        "auth",
        "cookie",
    ],
)
def test_names_that_do_not(name: str) -> None:
    assert not secret_name(name)


def json_values() -> st.SearchStrategy[Json]:
    leaf = st.none() | st.booleans() | st.integers() | st.text(max_size=30)
    return st.recursive(
        leaf,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
        max_leaves=20,
    )


@given(value=json_values())
def test_any_json_keeps_its_form(value: Json) -> None:
    shown = redact_json(value)
    assert type(shown) is type(value)
    manifest: Manifest = {"kind": "Secret", "data": value, "spec": value}
    assert set(redact(manifest)) == set(manifest)


@pytest.mark.parametrize("part", ["expir", "passw", "_", "a_", "passwordExpir"])
def test_no_name_makes_it_slow(part: str) -> None:
    assert grows_linearly(
        lambda size: secret_name("password_" + part * (size // len(part)) + "!"), 50_000
    )


BODY = "\n".join(["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"] * 5)


@pytest.mark.parametrize(
    "text",
    [
        f"-----BEGIN PRIVATE KEY-----\n{BODY}\n-----END PRIVATE KEY-----\nFATAL: disk full",
        f"-----BEGIN PRIVATE KEY-----\n{BODY}\n: FATAL: disk full",
        f"{BODY}\n-----END PRIVATE KEY-----\nFATAL: disk full",
        f"-----BEGIN PGP PRIVATE KEY BLOCK-----\n{BODY}\n-----END PGP PRIVATE KEY BLOCK-----"
        "\nFATAL: disk full",
    ],
)
def test_a_key_is_removed_whole_or_in_part_and_nothing_else_with_it(text: str) -> None:
    shown = redact_text(text)
    assert "MIIEvQ" not in shown
    assert "FATAL: disk full" in shown


def test_a_quotation_mark_that_is_never_closed_takes_no_further_line_along() -> None:
    assert "disk full" in redact_text('password="\nFATAL: disk full\nsaid "x"')


def test_a_secret_within_another_object_and_its_copies_in_annotations_are_blanked() -> None:
    inner = {
        "kind": "Secret",
        "metadata": {"name": "db", "annotations": {"tool/applied": '{"data":"aHVudGVyMg=="}'}},
        "stringData": {"word": "hunter2"},
    }
    outer: Manifest = {"kind": "ManifestWork", "spec": {"workload": {"manifests": [inner]}}}
    shown = str(redact(outer))
    assert "hunter2" not in shown
    assert "aHVudGVyMg" not in shown
    assert "db" in shown


def test_what_is_nested_without_end_is_cut() -> None:
    value: Json = "bottom"
    for _ in range(900):
        value = {"a": [value]}
    shown = str(redact({"kind": "Widget", "spec": value}))
    assert "nested too deep" in shown
    assert "bottom" not in shown


@given(text=st.text(max_size=300))
def test_what_is_redacted_stays_redacted(text: str) -> None:
    once = redact_text(text)
    assert redact_text(once) == once


@pytest.mark.parametrize(
    "part",
    [
        "a.", "a-", "a+", "a://", "://a:b", "eyJ-", "eyJaaaaaaaa.", "bearer a", "token:a,",
        "authorization:", "password   ", "password='", '"secret" ', "-----BEGIN PRIVATE KEY", "sk-",
        "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "abcd" * 16 + "\n",
        "LS0tLS1CRUdJTi", "curl ", "curl -", "mysql ", "password=;", "password=a;b ", "--a-",
        "login ", "login a ", "password: |\n ", "password: |\n  a", 'password\\":\\"', "\\",
        "authorization: ", "&sig=", "password: ", "- key: ", "token=", "secret ", "<password>", "[",
        "passwords:\n- a\n", "cookie: a=b; ", "ABCD", "YWJj ", "H4sI", "://aaaaaaaaaaaaaaaaaaaaaaaa",
        "name: key\nvalue: ", "key = {", "password=\"\\", "a.b.token", "[redacted]\n", "abcdef.",
        "-----BEGIN CERTIFICATE-----", "$6$", ":*:a:", "define('key',", "auth: YTpi ", "key_" * 9,
        "sk-a", "sk-a-b-", "hvs.a", "xoxb-1",
    ],
)  # fmt: skip
def test_no_text_makes_it_slow(part: str) -> None:
    assert grows_linearly(lambda size: redact_text(part * (size // len(part))), 50_000)
