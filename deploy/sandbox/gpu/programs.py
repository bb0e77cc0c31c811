"""The program that plays the GPU operators in an instance."""

import sys
from pathlib import Path

from clusterwright.deploy.sandbox.gpu.settings import Settings
from clusterwright.deploy.sandbox.runtime.place import Place
from clusterwright.deploy.sandbox.runtime.program import Program

NAME = "simulated-gpu-operator"
_MODULE = "clusterwright.deploy.sandbox.gpu.operator"


def gpu(place: Place) -> list[Program]:
    """Return the program, its settings written; it installs what it looks after."""
    certificates = Path(place.file("certificates"))
    address = place.simulated_address
    settings = Settings(
        server=f"https://127.0.0.1:{place.api}",
        authority=str(certificates / "ca.crt"),
        certificate=str(certificates / f"{NAME}.crt"),
        key=str(certificates / f"{NAME}.key"),
        kubelets=f"{address}:{place.gpu_kubelets}",
        others=f"{address}:{place.simulated_kubelets}" if place.monitored else "",
    )
    file = place.files / f"{NAME}.json"
    settings.write(file)
    argv = [sys.executable, "-m", _MODULE, str(file)]
    ready = f"https://{settings.kubelets}/healthz"
    # What monitoring makes it takes as it is; the other way round that would be an error.
    after = ["monitoring-objects" if place.monitored else "kube-apiserver"]
    return [Program(NAME, argv, after=after, ready=ready)]
