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
    images = [
        container["image"]
        for one in made
        for field in ("containers", "initContainers")
        for container in items(one, "spec", "template", "spec", field)
    ]
    assert set(images) <= set(scene.images)
