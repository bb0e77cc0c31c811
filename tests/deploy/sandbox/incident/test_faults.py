import pytest

from clusterwright.deploy.sandbox.incident.faults import FAULTS
from clusterwright.deploy.sandbox.scenario.draw import draw
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.tools.manifest import items, name_of, strings


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_what_it_is_listed_to_offer(name: str) -> None:
    scenario, offers = load(name), FAULTS[name]
    rendered, values = scenario.render(5), draw(name, 5, scenario.card.draw)
    made = {(one["kind"], name_of(one)): one for one in rendered.objects}
    assert (scenario.card.kind, scenario.card.scope) == ("fault", "namespaced")
    if any(stage.helm for stage in rendered.stages):  # a chart makes all that it has
        return
    if "service" in offers:
        service = made["Service", str(values["app"])]
        assert items(service, "spec", "ports")[0]["port"] == 80
    if "workload" in offers:
        workload = made["Deployment", str(values["app"])]
        labels = strings(workload, "spec", "template", "metadata", "labels")
        assert labels["app.kubernetes.io/name"] == values["app"]
    if "claim" in offers:
        assert ("PersistentVolumeClaim", str(values["config"])) in made
