"""Markdown for a ticket: golden text, and nothing that a cluster says is Markdown."""

import re

import pytest
from markdown_it import MarkdownIt

from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.report.markdown import code, code_block, to_markdown
from tests.agents.report.cases import healthy, many, problems, saying, sifted, unknown, wide
from tests.golden.compare import golden
from tests.trust.injections import INJECTIONS

_RENDERER = MarkdownIt("gfm-like", {"linkify": False})
_HOSTILE = (
    *(one.written for one in INJECTIONS),
    "@everyone see #1 and org/repo#2, GH-3, https://evil.example www.evil.example 0123456789abcdef",
    "`a` ``b`` ```c``` ````",
    "a | b | c",
    "` <b>bold</b> `",
    "\\` <b>x</b> \\`",
    "]] --> <!-- </details>",
    "- [ ] task\n1. one\n> quote\n===\n---",
    "&lt;b&gt; &#64;all",
    "",
    "   ",
)


def outside_code(markdown: str) -> str:
    """Return what a page shows outside code, and all its tags: what could mislead a reader."""
    html: str = _RENDERER.render(markdown)
    return re.sub(r"<code[^>]*>.*?</code>", "<code/>", html, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("name", "diagnosis"),
    [("problems", problems()), ("sifted", sifted()), ("healthy", healthy()), ("none", unknown())],
)
def test_golden_markdown(name: str, diagnosis: Diagnosis) -> None:
    text = to_markdown(diagnosis)
    assert text == golden(f"report/{name}.md", text)


@pytest.mark.parametrize("hostile", _HOSTILE)
def test_nothing_that_a_server_says_stands_outside_code(hostile: str) -> None:
    assert outside_code(to_markdown(saying(hostile))) == outside_code(to_markdown(saying("plain")))


@pytest.mark.parametrize("hostile", _HOSTILE)
def test_a_code_span_is_one_line_and_one_span(hostile: str) -> None:
    html = _RENDERER.render(f"before {code(hostile)} after")
    assert re.fullmatch(r"<p>before <code>[^<]*</code> after</p>\n", html)


@pytest.mark.parametrize("hostile", _HOSTILE)
def test_a_block_of_code_ends_where_it_should(hostile: str) -> None:
    html = _RENDERER.render(code_block([hostile, "last"]) + "\n\nafter")
    assert re.fullmatch(
        r'<pre><code class="language-text">[^<]*last\n</code></pre>\n<p>after</p>\n', html
    )


def test_of_a_great_many_the_rest_is_counted() -> None:
    text = to_markdown(many(500))
    assert text.count("\n## ") == 51
    assert "And 451 more root causes, told in full with `-o json`." in text
    assert "- and 980 more, all of them with `-o json`\n" in to_markdown(wide(1_000))


def test_as_many_as_are_wanted_are_told_and_the_rest_is_said_to_be_elsewhere() -> None:
    text = to_markdown(many(60), 55, rest=": ask on")
    assert text.startswith("# Diagnosis\n\n**61 root causes.**\n")
    assert text.count("\n## ") == 56
    assert "\nAnd 6 more root causes: ask on.\n" in text
