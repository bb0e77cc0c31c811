"""Manifests carried as text: the values of a Secret go, everything around them stays."""

import json

import pytest
import yaml

from clusterwright.tools.carried import blank_carried
from clusterwright.tools.redaction import REDACTED, redact
from tests.effort import grows_linearly

HIDDEN = "aHVudGVyMg=="
SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "db"},
    "data": {"word": HIDDEN, "other.key": HIDDEN},
    "stringData": {"block": f"{HIDDEN}\n\n{HIDDEN}\n", "n": 1},
}
SETTINGS = {"kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"colour": "blue"}}


@pytest.mark.parametrize(
    "text",
    [
        yaml.safe_dump(SECRET),
        yaml.safe_dump(SECRET, default_flow_style=None),
        yaml.safe_dump(SECRET, default_style='"'),
        yaml.safe_dump({"items": [SECRET]}),
        yaml.safe_dump([SECRET]),
        json.dumps(SECRET),
        json.dumps(SECRET, indent=2),
        json.dumps(json.dumps(SECRET)),
        f"data:\n  word: {HIDDEN}\nkind: Secret\n",
        f"kind: Secret\ndata:\n\n  word: >\n    {HIDDEN}\n\n    {HIDDEN}\n",
        f"kind: Secret\ndata: {{word: {HIDDEN}}}\n",
        f"kind: Secret\ndata:\n  {{{{ range .words }}}}\n  word: {HIDDEN}\n  {{{{ end }}}}\n",
    ],
)
def test_the_values_go_the_keys_stay(text: str) -> None:
    shown = blank_carried(text, REDACTED)
    assert HIDDEN.rstrip("=") not in shown
    assert "Secret" in shown


def test_what_stands_beside_it_stays() -> None:
    documents = yaml.safe_dump_all([SETTINGS, SECRET, SETTINGS])
    first, second, third = yaml.safe_load_all(blank_carried(documents, "hidden"))
    assert first == third == SETTINGS
    assert second["metadata"] == {"name": "db"}
    assert set(second["data"]) == set(SECRET["data"])
    assert set(second["data"].values()) == {"hidden"}


@pytest.mark.parametrize(
    "text", ["", "a Secret is missing", "kind: Secretive\ndata: x", "data:\n  a: b"]
)
def test_other_text_stays(text: str) -> None:
    assert blank_carried(text, REDACTED) == text


def test_an_object_that_carries_one_is_redacted() -> None:
    policy = {"kind": "ConfigMap", "data": {"policy.yaml": yaml.safe_dump(SECRET)}}
    noted = {"kind": "Pod", "metadata": {"annotations": {"tool/copy": json.dumps(SECRET)}}}
    for one in (policy, noted):
        shown = str(redact(one))
        assert HIDDEN not in shown
        assert "db" in shown


@pytest.mark.parametrize(
    "part", ["kind: Secret\n", "data:\n", " - ", '"kind":"Secret"', '"data":{', "---\n"]
)
def test_no_text_makes_it_slow(part: str) -> None:
    def work(size: int) -> None:
        blank_carried("kind: Secret\n" + part * (size // len(part)), REDACTED)

    assert grows_linearly(work, 50_000)
