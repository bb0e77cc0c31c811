from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.incident.compose import compose
from clusterwright.deploy.sandbox.incident.faults import REAL
from clusterwright.deploy.sandbox.incident.incident import Cause, Dependant, Incident
from clusterwright.deploy.sandbox.incident.layer import LAYERS, Layer, layers
from clusterwright.tools.manifest import items, text
from clusterwright.tools.ref import Ref

FOLDER = Path(__file__).parents[4] / "deploy/sandbox/incident/layers"


def test_the_folder_holds_the_layers_that_are_listed() -> None:
    assert sorted(LAYERS) == sorted(one.stem for one in FOLDER.glob("*.yaml"))


@pytest.mark.parametrize(("name", "layer"), layers().items(), ids=LAYERS)
def test_a_layer_fits_and_has_what_it_offers(name: str, layer: Layer) -> None:
    fault = "storage-class" if layer.needs == "claim" else next(iter(REAL))
    incident = Incident(
        name="one",
        title="one",
        causes=(Cause(fault=fault, name="base"),),
        layers=(Dependant(layer=name, name="top", over="base"),),
    )
    composed = compose(incident, 1)
    [scene] = composed.scenes
    made = [one for one in scene.objects if Ref.of(one) in composed.layer_objects]
    kinds = {one["kind"] for one in made}
    assert len(made) == len(layer.objects)
    assert ("Service" in kinds) >= ("service" in layer.offers)
    assert (layer.kind in kinds) >= ("workload" in layer.offers)
    assert all(text(one, "metadata", "namespace") == scene.namespace for one in made)
    [standing] = composed.standings
    assert {one.kind for one in standing.telling} == set(layer.symptoms)
    images = [
        container["image"]
        for one in made
        for field in ("containers", "initContainers")
        for container in items(one, "spec", "template", "spec", field)
    ]
    assert set(images) <= set(scene.images)


def test_only_a_job_and_an_autoscaler_do_not_come_up_by_themselves() -> None:
    assert [name for name, one in layers().items() if not one.well] == ["job", "autoscaler"]


def test_what_is_restarted_is_well_only_once_it_has_not_been_for_longer_than_its_probe_takes() -> (
    None
):
    layer = layers()["restarted-caller"]
    [container] = items(layer.objects[0], "spec", "template", "spec", "containers")
    probe = container["livenessProbe"]
    [well] = layer.well
    assert well["seconds"] > 2 * probe["periodSeconds"] * probe["failureThreshold"]
