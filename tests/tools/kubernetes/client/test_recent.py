"""A few values for a short time, and nothing of the wrong kind."""

from clusterwright.tools.kubernetes.client.recent import Recent


def test_a_value_comes_back_under_its_token() -> None:
    recent = Recent()
    one, two = recent.keep("one"), recent.keep("two")
    assert (recent.get(one, str), recent.get(two, str)) == ("one", "two")


def test_an_unknown_token_and_another_kind_get_nothing() -> None:
    recent = Recent()
    token = recent.keep("one")
    assert recent.get(token, int) is None
    assert recent.get("guessed", str) is None
    assert recent.get("", str) is None


def test_only_the_latest_are_kept() -> None:
    recent = Recent(most=2)
    tokens = [recent.keep(str(i)) for i in range(5)]
    assert [recent.get(one, str) for one in tokens] == [None, None, None, "3", "4"]


def test_nothing_is_kept_for_long() -> None:
    recent = Recent(seconds=-1)
    assert recent.get(recent.keep("one"), str) is None
