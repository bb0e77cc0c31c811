"""JUnit XML: golden text, what counts as what, and nothing that breaks a parser."""

from xml.etree import ElementTree as Xml

import pytest

from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.report.junit import to_junit
from tests.agents.report.cases import healthy, many, problems, saying, sifted, unknown, wide
from tests.golden.compare import golden
from tests.trust.injections import INJECTIONS

_NO_XML = "a\x00b\x0bc\x1fd\ufffee\uffff\ud800 & <x> ]]> \"'"


def parsed(text: str) -> Xml.Element:
    return Xml.fromstring(text)  # noqa: S314 - it is our own


@pytest.mark.parametrize(("name", "diagnosis"), [("problems", problems()), ("sifted", sifted())])
def test_golden_junit(name: str, diagnosis: Diagnosis) -> None:
    text = to_junit(diagnosis)
    assert text == golden(f"report/{name}.xml", text)


@pytest.mark.parametrize(
    ("diagnosis", "counts"),
    [
        (healthy(), {"tests": "2", "failures": "0", "errors": "0", "skipped": "0"}),
        (problems(), {"tests": "5", "failures": "2", "errors": "0", "skipped": "1"}),
        (sifted(), {"tests": "7", "failures": "1", "errors": "0", "skipped": "2"}),
        (unknown(), {"tests": "1", "failures": "0", "errors": "1", "skipped": "0"}),
        (many(500), {"tests": "503", "failures": "501", "errors": "0", "skipped": "0"}),
    ],
)
def test_every_root_cause_kind_and_gap_is_one_test(
    diagnosis: Diagnosis, counts: dict[str, str]
) -> None:
    root = parsed(to_junit(diagnosis))
    assert {key: root.get(key) for key in counts} == counts
    for plural, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert len(list(root.iter(tag))) == int(counts[plural])
    assert len(list(root.iter("testcase"))) == int(counts["tests"])


def test_there_is_a_suite_for_each_cluster() -> None:
    one = problems()
    elsewhere = [source.model_copy(update={"cluster": "prod"}) for source in one.sources]
    both = one.model_copy(update={"sources": (*one.sources, *elsewhere)})
    suites = parsed(to_junit(both)).findall("testsuite")
    assert [(suite.get("name"), suite.get("failures")) for suite in suites] == [
        ("dev", "2"),
        ("prod", "0"),
    ]


def test_causes_of_one_name_are_tests_of_different_names() -> None:
    one = problems()
    twice = one.model_copy(update={"root_causes": one.root_causes[1:] * 2})
    names = [case.get("name") for case in parsed(to_junit(twice)).iter("testcase")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("hostile", [_NO_XML, *(one.written for one in INJECTIONS)])
def test_whatever_a_server_says_stays_in_its_place(hostile: str) -> None:
    def shape(text: str) -> list[tuple[str, list[str]]]:
        return [(one.tag, sorted(one.attrib)) for one in parsed(text).iter()]

    assert shape(to_junit(saying(hostile))) == shape(to_junit(saying("plain")))


def test_a_failure_says_what_to_do_in_a_bounded_text() -> None:
    failure = next(parsed(to_junit(wide(1_000))).iter("failure"))
    assert failure.get("message") == "node is lost"
    assert "symptom: and 950 more, with -o json\n" in (failure.text or "")
    assert "next: clusterwright explain node/not-ready" in (failure.text or "")
