from collections import Counter

from clusterwright.deploy.sandbox.incident.compose import compose
from clusterwright.deploy.sandbox.incident.generate import generate

SEEDS = range(200)


def test_the_same_seed_makes_up_the_same_incident() -> None:
    assert [generate(one) for one in range(20)] == [generate(one) for one in range(20)]
    assert len({generate(one).title.rpartition(",")[0] for one in SEEDS}) > 150


def test_each_has_one_or_two_causes_under_two_to_four_layers() -> None:
    found = [generate(one) for one in SEEDS]
    assert {len(one.causes) for one in found} == {1, 2}
    assert {len(one.layers) for one in found} == {2, 3, 4}


def test_all_shapes_occur() -> None:
    found = [generate(one) for one in SEEDS]
    depths = Counter(one.depth for one in found)
    assert min(depths[2], depths[3], depths[4]) > 10
    assert 5 < sum(len(one.namespaces) == 2 for one in found) < 60
    assert 40 < sum(len(one.causes) == 2 for one in found) < 110


def test_each_can_be_composed_and_has_the_truth_of_each_of_its_causes() -> None:
    for seed in SEEDS:
        composed = compose(generate(seed), seed)
        assert len(composed.truth) == len(composed.incident.causes)
        assert not {one.subject for one in composed.truth} & set(composed.layer_objects)
