from collections import Counter

from clusterwright.deploy.sandbox.incident.compose import compose
from clusterwright.deploy.sandbox.incident.generate import fresh, generate
from clusterwright.deploy.sandbox.incident.incident import Dependant, Incident
from clusterwright.deploy.sandbox.scenario.card import DOMAINS
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.tools.ref import Ref

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
    assert 20 < sum(len(one.namespaces) == 2 for one in found) < 70
    assert 20 < sum(bool(one.healthy) for one in found) < 80
    assert 40 < sum(len(one.causes) == 2 for one in found) < 110


def test_each_can_be_composed_and_has_the_truth_of_each_of_its_causes() -> None:
    for seed in SEEDS:
        composed = compose(generate(seed), seed)
        assert len(composed.truth) == len(composed.incident.causes)
        assert not {one.subject for one in composed.truth} & set(composed.layer_objects)


def test_causes_are_of_all_domains() -> None:
    domains = Counter(
        load(one.fault).card.domain for seed in SEEDS for one in generate(seed).causes
    )
    assert set(domains) == set(DOMAINS)
    assert domains["kubernetes"] > sum(domains.values()) / 2


def test_those_that_cannot_happen_somewhere_are_passed_over() -> None:
    everywhere = [one for one in fresh(3, 40) if one.needs <= {"node", "control-plane"}]
    assert 20 < len(everywhere) < 40
    here = fresh(3, len(everywhere), lambda one: one.needs <= {"node", "control-plane"})
    assert [one.name for one in here] == [one.name for one in everywhere]


def _apart(incident: Incident) -> list[Dependant]:
    """Return the layers that are in another namespace than what they need."""
    space = incident.namespace_of
    return [one for one in incident.layers if space(one.name) != space(one.over)]


def test_who_calls_from_another_namespace_is_there_and_says_which_one_it_means() -> None:
    found = {seed: apart for seed in SEEDS if (apart := _apart(generate(seed)))}
    assert len(found) > 20
    for seed, apart in found.items():
        composed = compose(generate(seed), seed)
        spaces = [one.namespace for one in composed.scenes]
        made = {Ref.of(one): one for scene in composed.scenes for one in scene.objects}
        standings = {one.name: one for one in composed.standings}
        for one in apart:
            here = composed.incident.namespace_of(one.name)
            objects = standings[one.name].objects
            assert {ref.namespace for ref in objects} == {spaces[here - 1]}
            assert f".{spaces[2 - here]}" in str([made[ref] for ref in objects])


def test_what_is_well_beside_it_is_made_and_is_nobodys_layer() -> None:
    seed = next(one for one in SEEDS if generate(one).healthy)
    composed = compose(generate(seed), seed)
    space = composed.scenes[0].namespace
    beside = [Ref(kind, "status-page", space) for kind in ("Deployment", "Service")]
    made = {Ref.of(one): one for one in composed.scenes[0].objects}
    assert set(beside) <= set(made)
    assert not set(beside) & set(composed.layer_objects)
    [container] = made[beside[0]]["spec"]["template"]["spec"]["containers"]
    assert container["image"] in composed.scenes[0].images
