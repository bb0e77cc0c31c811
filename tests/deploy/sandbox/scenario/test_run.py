"""Where the conditions of a scenario are looked at."""

from pathlib import Path

from clusterwright.deploy.sandbox.scenario.condition import Condition
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.deploy.sandbox.scenario.run import unmet_of
from tests.deploy.sandbox.scenario.stand_in import make_stand_in

RENDERED = load("cordoned-node").render(1)


def test_a_condition_looks_into_the_scenarios_namespace_or_the_one_that_it_names(
    tmp_path: Path,
) -> None:
    stand_in = make_stand_in(tmp_path)
    own, other = Condition(kind="Pod"), Condition(kind="Pod", namespace="gpu-operator")
    unmet = unmet_of(stand_in.cluster, RENDERED, [own, other])
    asked = {call.partition(" -n ")[2].split()[0] for call in stand_in.calls}
    assert asked == {RENDERED.namespace, "gpu-operator"}
    assert unmet[1].startswith("Pod any in gpu-operator: $.metadata.name must match .+")
