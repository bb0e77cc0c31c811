from clusterwright.deploy.sandbox.scenario.draw import draw


def test_scenarios_of_one_seed_draw_independently() -> None:
    assert draw("quota", 1, {}) != draw("target-port", 1, {})


def test_names_that_must_differ_do() -> None:
    for seed in range(200):
        values = draw("quota", seed, {})
        for first, second in (
            ("app", "peer"),
            ("port", "other_port"),
            ("image", "other_image"),
            ("config", "other_config"),
            ("key", "other_key"),
        ):
            assert values[first] != values[second]


def test_a_list_of_the_scenario_may_use_what_is_drawn() -> None:
    values = draw("quota", 3, {"pool": ("${app}-pool",), "count": (4,)})
    assert values["pool"] == f"{values['app']}-pool"
    assert values["count"] == 4


def test_names_are_legal_everywhere() -> None:
    for seed in range(200):
        values = draw("quota", seed, {})
        for name in ("app", "peer", "ns", "config"):
            text = str(values[name])
            assert len(text) <= 40
            assert text.replace("-", "").isalnum()
            assert text == text.lower()
