"""What is told once for all series, what tells them apart, what can be left out."""

from hypothesis import given
from hypothesis import strategies as st

from clusterwright.tools.prometheus.summary.labels import distinguishing, shared, telling

SERIES = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from("xyz"), max_size=4),
    min_size=1,
    max_size=12,
    unique_by=lambda one: tuple(sorted(one.items())),
)


def test_what_all_have_in_common_is_told_once_but_nothing_of_a_single_one() -> None:
    assert shared([{"a": "1", "b": "1"}, {"a": "1", "b": "2"}, {"a": "1"}]) == {"a": "1"}
    assert shared([{"a": "1"}]) == {}
    assert shared([]) == {}


def test_labels_that_tell_nothing_more_are_left_out() -> None:
    series = [
        {"namespace": "shop", "pod": f"p{i}", "id": f"/slice/{i}", "image": "x"} for i in range(3)
    ]
    assert telling(series, shared(series)) == ["pod"]
    series = [{"pod": "p", "id": "1"}, {"pod": "p", "id": "2"}]
    assert telling(series, shared(series)) == ["id"]


def test_a_label_that_only_one_of_two_has_does_not_tell_what_the_other_is() -> None:
    series = [
        {"namespace": "kube-system", "job": "etcd", "instance": "10.0.0.1"},
        {"namespace": "kube-system", "job": "kubelet", "instance": "10.0.0.2", "node": "n1"},
        {"namespace": "shop", "job": "cart", "instance": "10.0.0.3", "pod": "cart-1"},
    ]
    assert telling(series, shared(series)) == ["namespace", "pod", "node", "job"]


@given(SERIES)
def test_those_shown_and_those_shared_tell_series_apart(series: list[dict[str, str]]) -> None:
    names = telling(series, shared(series))
    assert len({tuple(one.get(name) for name in names) for one in series}) == len(series)


@given(SERIES, st.integers(1, 5))
def test_the_labels_to_match_on_single_out_the_chosen(
    series: list[dict[str, str]], count: int
) -> None:
    chosen = series[:count]
    names = distinguishing(series, chosen)
    wanted = {tuple(one.get(name, "") for name in names) for one in chosen}
    found = [one for one in series if tuple(one.get(name, "") for name in names) in wanted]
    assert found == chosen


def test_one_label_is_enough_where_it_is_different_everywhere() -> None:
    series = [{"pod": f"p{i}", "ns": f"n{i % 3}", "job": "x"} for i in range(20)]
    assert distinguishing(series, series[:5]) == ["pod"]
