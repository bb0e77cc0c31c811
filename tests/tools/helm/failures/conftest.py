"""What all tests of this folder share: the cases, brought about once."""

import os
from collections.abc import Mapping
from concurrent.futures import Future, wait

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport
from tests.tools.helm.failures.api import served
from tests.tools.helm.failures.place import Place
from tests.tools.helm.failures.registries import registries
from tests.tools.helm.failures.trials import Told, Trial, brought_about


@pytest.fixture(scope="session")
def trials(
    sandbox: Instance, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[Trial, Future[Told]]:
    """Bring all cases about, and leave nothing of them: other tests look at the whole cluster."""
    programs = ensure_binaries(["helm", "helm3", "registry"], SilentReport())
    folder = tmp_path_factory.mktemp("helm-failures")
    with (
        registries(programs["registry"], folder / "registries") as pulled,
        served(sandbox.record.kubectl, sandbox.kubeconfig) as api,
    ):
        place = Place(
            helms={4: programs["helm"], 3: programs["helm3"]},
            version=4,
            kubectl_program=sandbox.record.kubectl,
            api=api,
            kubeconfig=sandbox.kubeconfig,
            registries=pulled,
            folder=folder,
            namespace=f"hf-{os.getpid()}",
            release="",
            network=sandbox.record.pid if sandbox.has_node else 0,
        )
        with brought_about(place) as told:
            wait(told.values())
    return told
