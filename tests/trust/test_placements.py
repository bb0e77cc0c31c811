"""Every canary stays inside: whole objects, texts, and any part that is cut out of them."""

import json

import pytest

from clusterwright.tools.excerpt import one_line, shorten
from clusterwright.tools.redaction import redact, redact_text
from tests.trust.canary import Canary, Watch
from tests.trust.custom_placements import CUSTOM
from tests.trust.file_placements import FILES
from tests.trust.log_placements import EVENTS, LOGS, Written
from tests.trust.object_placements import SECRETS, WORKLOADS
from tests.trust.placement import Placement

PLACEMENTS = (*FILES, *SECRETS, *WORKLOADS, *CUSTOM)
WRITTEN = (*LOGS, *EVENTS)


def name(one: Placement | Written) -> str:
    return one.name


def test_the_places_are_many_and_differ() -> None:
    names = [one.name for one in (*PLACEMENTS, *WRITTEN)]
    assert len(names) >= 70
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("one", [*PLACEMENTS, *WRITTEN], ids=name)
def test_a_canary_would_be_seen(one: Placement | Written) -> None:
    said = one.text if isinstance(one, Written) else json.dumps(one.object)
    visible = said.replace("\\u200b", "").replace("\u200b", "")
    if one.name not in {"file-helm-release", "sh.helm.release.v1.shop.v1"}:  # packed
        assert Watch({one.name: one.canary}).leaks(visible)


@pytest.mark.parametrize("one", PLACEMENTS, ids=name)
def test_an_object_keeps_its_secret(one: Placement) -> None:
    shown = redact(one.object)
    for said in (json.dumps(shown), json.dumps(shown, ensure_ascii=False).replace("\u200b", "")):
        assert not Watch({one.name: one.canary}).leaks(said)


@pytest.mark.parametrize("one", WRITTEN, ids=name)
def test_a_text_keeps_its_secret_wherever_it_is_cut(one: Written) -> None:
    watch = Watch({one.name: one.canary})
    assert not watch.leaks(redact_text(one.text))
    for longest in range(20, min(len(one.text), 600), 7):
        assert not watch.leaks(redact_text(one_line(one.text, longest)))
        assert not watch.leaks(redact_text(shorten(one.text, longest)))


def test_half_a_canary_is_one_that_is_out() -> None:
    canary = Canary("abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwx")
    assert Watch({"a": canary}).leaks("x=hijklmnopqrstu…")
    assert Watch({"a": canary}).leaks("hijklm\n  nopqrstuv")
    assert not Watch({"a": canary}).leaks("hijklmnopqr")
