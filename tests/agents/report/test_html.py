"""The page: golden text, closed to the outside, and the same shape whatever a cluster says."""

import base64
import re
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from clusterwright.agents.diagnose.diagnosis import About, Diagnosis
from clusterwright.agents.report.html import to_html
from clusterwright.tools.ref import Ref
from tests.agents.report.cases import healthy, many, problems, saying, sifted, unknown, wide
from tests.golden.compare import golden
from tests.trust.injections import INJECTIONS

_HOSTILE = (
    *(one.written for one in INJECTIONS),
    "</title></style></pre></svg><script>alert(1)</script>",
    "\" onload=alert(1) x='",
    "<!-- ]]> -->",
    "&lt;b&gt; &#x3c;b&#x3e;",
)


class _Shape(HTMLParser):
    """Tags and their attributes; of those that hold text of a cluster, their names only."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        links = ("href", "src", "action", "data", "xlink:href")
        self.links += [value or "" for name, value in attrs if name in links]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("name", "diagnosis"), [("problems", problems()), ("sifted", sifted()), ("none", unknown())]
)
def test_golden_page(name: str, diagnosis: Diagnosis) -> None:
    text = to_html(diagnosis)
    assert text == golden(f"report/{name}.html", text)


@pytest.mark.parametrize("diagnosis", [problems(), sifted(), healthy(), unknown(), many(500)])
def test_a_page_loads_nothing_and_runs_nothing(diagnosis: Diagnosis) -> None:
    page = to_html(diagnosis)
    shape = _Shape(page)
    assert [one for one in shape.links if not one.startswith("#")] == []
    assert not {tag for tag, _ in shape.tags} & {"script", "link", "img", "iframe", "object"}
    assert not {name for _, names in shape.tags for name in names if name.startswith("on")}
    assert "style" not in {name for _, names in shape.tags for name in names}
    assert not re.search(r"url\((?!#)|@import|https?:", page)


def test_the_policy_allows_the_style_of_the_page_and_nothing_else() -> None:
    page = to_html(problems())
    [style] = re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


@pytest.mark.parametrize("hostile", _HOSTILE)
def test_the_page_has_the_same_elements_whatever_a_server_says(hostile: str) -> None:
    assert _Shape(to_html(saying(hostile))).tags == _Shape(to_html(saying("plain"))).tags


def test_what_a_server_says_is_read_as_it_was_written() -> None:
    assert '<b title="x">&amp;</b>' in _Shape(to_html(saying('<b title="x">&amp;</b>'))).text


def test_every_root_cause_can_be_jumped_to() -> None:
    page = to_html(problems())
    assert re.findall(r'href="#([^"]*)"', page) == ["cause-1", "cause-2"]
    assert re.findall(r'<section id="([^"]*)"', page) == ["cause-1", "cause-2"]


def test_the_object_that_was_asked_about_is_named() -> None:
    about = About(ref=Ref.parse("Pod/shop/cart"), well=False, state="Pending", note="no events")
    text = _Shape(to_html(problems().model_copy(update={"about": about}))).text
    assert "Asked about Pod/shop/cart: not well, Pending; no events" in text


def test_a_great_many_root_causes_stay_readable() -> None:
    page = to_html(many(1_500))
    assert len(page) < 500_000
    assert page.count("<section") == 101
    assert page.count("<tr>") == 1_001
    text = _Shape(page).text
    assert "And 501 more root causes: 1 pod/configmap-missing, 500 pod/node-selector" in text
    assert "And 1401 more root causes, told in full with -o json." in text


def test_a_thousand_symptoms_stay_readable() -> None:
    page = to_html(wide(1_000))
    assert len(page) < 20_000
    assert "and 970 more, all of them with -o json" in _Shape(page).text


def test_of_several_clusters_each_object_is_told_with_its_own() -> None:
    one = sifted()
    elsewhere = one.sources[0].model_copy(update={"cluster": "prod"})
    text = _Shape(to_html(one.model_copy(update={"sources": (*one.sources, elsewhere)}))).text
    assert "dev: Deployment/shop/cart" in text
    assert "1: dev: pod/image-not-found on Deployment/shop/web" in text
    assert "dev: Deployment/shop/cart" not in _Shape(to_html(one)).text
