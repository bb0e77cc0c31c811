"""How far a silence may reach: matchers read, and refused where nobody can tell what they match."""

import pytest

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.prometheus.alertmanager_state import Matcher
from clusterwright.tools.prometheus.changes.hush import Hush
from clusterwright.tools.prometheus.changes.matchers import covers, parse_matcher
from clusterwright.tools.prometheus.changes.scope import check_matchers, risks
from clusterwright.tools.trust.risk import Risk


@pytest.mark.parametrize(
    ("spelled", "matcher"),
    [
        ('alertname="KubePodCrashLooping"', Matcher("alertname", "KubePodCrashLooping")),
        ("namespace=shop", Matcher("namespace", "shop")),
        (' pod =~ "cart-.*" ', Matcher("pod", "cart-.*", is_regex=True)),
        ("pod!=cart", Matcher("pod", "cart", is_equal=False)),
        (r'pod="a\"b\\c"', Matcher("pod", 'a"b\\c')),
        ('node=""', Matcher("node", "")),
        ("node=", Matcher("node", "")),
        ('summary="it\'s, all {right}"', Matcher("summary", "it's, all {right}")),
    ],
)
def test_a_matcher_is_read_as_prometheus_spells_it(spelled: str, matcher: Matcher) -> None:
    assert parse_matcher(spelled) == matcher


@pytest.mark.parametrize(
    "spelled",
    [
        "alertname",
        "=x",
        '{alertname="a"}',
        'alertname="a", namespace=~".*"',
        'alertname="a"} or {b="c"',
        'alertname="a',
        'alertname="a"b"',
        'a.b="c"',
        "alertname=a b",
        "alertname='a'",
        "alertname=a\u202eb",
        'alertname="a\nb"',
        'alertname="a\x00b"',
        f"alertname={'a' * 201}",
        f"{'a' * 400}=b",
        "",
    ],
)
def test_what_is_no_matcher_is_refused(spelled: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_matcher(spelled)


@pytest.mark.parametrize(
    "matchers",
    [
        ["alertname=A"],
        ['alertname=~"A|B|KubePod.*"'],
        ['alertname=~"(A|B)"'],
        ['alertname=~"^(?:A|B)$"'],
        ['instance=~"10\\\\.0\\\\.0\\\\.[0-9]+:9100"'],
        ["namespace=shop", "severity!=critical"],
        ['pod=~"cart-[a-z0-9]+-.{5}"'],
        ["namespace=shop", 'pod!~"cart-.*"', 'pod!~"till-.*"'],
    ],
)
def test_what_names_alerts_or_objects_may_be_muted(matchers: list[str]) -> None:
    check_matchers(tuple(map(parse_matcher, matchers)))


@pytest.mark.parametrize(
    ("matchers", "said"),
    [
        (['alertname=~".*"'], "is not bounded"),
        (['alertname=~".+"', "namespace=shop"], "is not bounded"),
        (['namespace=~"sh.*"'], "is not bounded"),
        (['namespace=~"shop|"'], "also matches nothing at all"),
        (['namespace=~""'], "also matches nothing at all"),
        (['namespace=~"(a+)+b"'], "is not bounded"),
        (['namespace=~"(a|b)|.*"'], "is not bounded"),
        (['namespace=~"shop|.*"'], "is not bounded"),
        (['namespace=~"(?i)shop"'], "is not bounded"),
        (['namespace=~"shop.*.*.*.*.*"'], "more than 4 wildcards"),
        (['pod=~"cart$|.*"'], "is not bounded"),
        (['alertname=~"Cart[z-a]"'], "is not bounded: bad character range"),
        (['alertname=~"Cart.{5,2}"'], "is not bounded: min repeat"),
        ([f"pod=~{'|'.join(f'a{n}' for n in range(21))}"], "21 alternatives"),
        (['namespace!="kube-system"'], "names nothing"),
        (['alertname!~"KubePod.*"'], "names nothing"),
        (['alertname=""'], "names nothing"),
        (["severity=critical"], "names neither an alert nor an object"),
        (["job=kube-state-metrics", "severity=warning"], "names neither"),
        (["alertname=Watchdog"], "fires all the time, on purpose"),
        (['alertname=~"A|Watchdog"'], "fires all the time, on purpose"),
        (['alertname=~"Wat.*"'], "fires all the time, on purpose"),
        (["alertname=a", "alertname=b"], "is matched twice"),
    ],
)
def test_what_reaches_too_far_is_refused(matchers: list[str], said: str) -> None:
    with pytest.raises((RefusedError, InvalidInputError), match=said) as refused:
        check_matchers(tuple(map(parse_matcher, matchers)))
    assert refused.value.hint


@pytest.mark.parametrize(
    ("matchers", "risk"),
    [
        (["alertname=KubePodCrashLooping", "namespace=shop"], Risk.LOW),
        (['alertname=~"KubePodCrashLooping|KubePodNotReady"'], Risk.LOW),
        ([r'alertname=~"a\\.b"'], Risk.LOW),
        (['alertname=~"Kub.*"'], Risk.MEDIUM),
        ([r'alertname=~"Kube\\d+"'], Risk.MEDIUM),
        (['alertname=~"KubePodNotReady|Prometheus.+"', "namespace=shop"], Risk.MEDIUM),
        (["namespace=shop"], Risk.MEDIUM),
        (["alertname=A", 'alertname!~"Kub.*"'], Risk.LOW),
    ],
)
def test_names_that_are_not_written_out_are_a_risk_before_any_of_them_fires(
    matchers: list[str], risk: Risk
) -> None:
    parsed = tuple(map(parse_matcher, matchers))
    check_matchers(parsed)
    found = [one for one, _ in risks(parsed, Hush("main"), 3_600)]
    assert max(found, key=lambda one: one.rank) is risk


@pytest.mark.parametrize(
    ("matchers", "risk"),
    [
        (["alertname=KubeAPIDown"], Risk.HIGH),
        (["alertname=KubeAPIDown", "node=n1"], Risk.MEDIUM),
        (["alertname=KubeAPIDown", "severity=warning"], Risk.LOW),
        (["alertname=Worded", "node=n1"], Risk.LOW),
        (["alertname=Paged", "team=a", "node=n1"], Risk.MEDIUM),
        (["alertname=Other"], Risk.LOW),
    ],
)
def test_what_would_wake_somebody_is_a_risk_before_it_fires(
    matchers: list[str], risk: Risk
) -> None:
    rules = (
        {"alertname": "KubeAPIDown", "severity": "critical"},
        {"alertname": "Worded", "severity": "{{ $labels.severity }}"},
        {"alertname": "Paged", "severity": "page", "team": "{{ $labels.team }}"},
    )
    parsed = tuple(map(parse_matcher, matchers))
    found = [one for one, _ in risks(parsed, Hush("main", rules=rules), 3_600)]
    assert max(found, key=lambda one: one.rank) is risk


def test_where_rules_cannot_be_read_nobody_knows_what_would_be_muted() -> None:
    parsed = (parse_matcher("alertname=KubeAPIDown"),)
    found = dict(risks(parsed, Hush("main", rules=None), 3_600))
    assert "cannot be read" in found[Risk.MEDIUM]


def test_matchers_are_judged_as_alertmanager_does() -> None:
    labels = {"alertname": "A", "pod": "cart-1"}
    assert covers((Matcher("pod", "cart-.*", is_regex=True),), labels)
    assert not covers((Matcher("pod", "cart", is_regex=True),), labels)
    assert covers((Matcher("node", ""), Matcher("pod", "x", is_equal=False)), labels)
    assert not covers((Matcher("pod", "cart-.*", is_regex=True, is_equal=False),), labels)
