"""Labels of NVIDIA's GPU feature discovery (k8s-device-plugin, docs/gpu-feature-discovery)."""

from dataclasses import dataclass

from clusterwright.deploy.sandbox.gpu.hardware import Hardware
from clusterwright.deploy.sandbox.gpu.operator.discovery import Labels
from clusterwright.deploy.sandbox.gpu.operator.layout import Layout, Sharing
from clusterwright.tools.manifest import Manifest, labels_of

_RESOURCE = "nvidia.com/gpu"
_TIMESTAMP = "nvidia.com/gfd.timestamp"


@dataclass(frozen=True, slots=True)
class Seen:
    """What discovery finds on a node."""

    hardware: Hardware
    layout: Layout
    sharing: Sharing
    strategy: str
    """How MIG devices are advertised."""
    driver: str
    """The version of the driver that runs."""


def gfd_labels(node: Manifest, seen: Seen, now: int) -> Labels:
    """Return the labels, and those of MIG devices that are no more as None."""
    hardware, layout, sharing, strategy = seen.hardware, seen.layout, seen.sharing, seen.strategy
    product = hardware.product
    shared = sharing.replicas.get(_RESOURCE, 1)
    single = strategy == "single" and len(layout.mig) == 1 and not layout.whole
    profile = next(iter(layout.mig)) if single else ""
    name = f"{product.name}-MIG-{profile}" if profile else product.name
    marked = shared > 1 and not sharing.renamed
    memory = product.profiles[profile].mib if profile in product.profiles else product.memory
    count = sum(layout.mig.values()) if single else hardware.count
    found: dict[str, str | None] = {
        "gpu.count": str(count),
        "gpu.product": f"{name}-SHARED" if marked else name,
        "gpu.memory": str(memory),
        "gpu.family": product.family,
        "gpu.machine": product.machine,
        "gpu.compute.major": product.compute.partition(".")[0],
        "gpu.compute.minor": product.compute.partition(".")[2],
        "gpu.mode": "compute",  # of the PCI class: each of these is a 3D controller, 0302
        "gpu.replicas": str(shared),
        "gpu.sharing-strategy": sharing.strategy if shared > 1 else "none",
        "mig.capable": "true" if product.profiles else "false",
        "mps.capable": "true" if sharing.strategy == "mps" else "false",
        "vgpu.present": "false",
        **_versions(seen.driver),
    }
    if product.profiles:
        found["mig.strategy"] = strategy
    if strategy == "mixed":
        found |= _mixed(hardware, layout, sharing)
    here = labels_of(node)
    stale = {key: None for key in here if key.startswith("nvidia.com/mig-")}
    wanted = stale | {f"nvidia.com/{key}": value for key, value in found.items()}
    if any(here.get(key) != value for key, value in wanted.items()) or _TIMESTAMP not in here:
        wanted[_TIMESTAMP] = str(now)
    return wanted


def _versions(version: str) -> dict[str, str]:
    major, minor, revision, *_ = [*version.split("."), "", ""]
    driver, runtime = "cuda.driver-version.", "cuda.runtime-version."
    return {
        f"{driver}major": major,
        f"{driver}minor": minor,
        f"{driver}revision": revision,
        f"{driver}full": version,
        "cuda.driver.major": major,
        "cuda.driver.minor": minor,
        "cuda.driver.rev": revision,
        f"{runtime}major": "13",
        f"{runtime}minor": "0",
        f"{runtime}full": "13.0",
    }


def _mixed(hardware: Hardware, layout: Layout, sharing: Sharing) -> dict[str, str]:
    found: dict[str, str] = {}
    for profile, count in layout.mig.items():
        size = hardware.product.profiles.get(profile)
        if size is None:
            continue
        replicas = sharing.replicas.get(f"nvidia.com/mig-{profile}", 1)
        prefix = f"mig-{profile}".replace("+", ".")
        found |= {
            f"{prefix}.count": str(count),
            f"{prefix}.product": f"{hardware.product.name}-MIG-{profile}".replace("+", "."),
            f"{prefix}.memory": str(size.mib),
            f"{prefix}.multiprocessors": str(size.multiprocessors),
            f"{prefix}.slices.gi": str(size.compute),
            f"{prefix}.slices.ci": str(size.compute),
            f"{prefix}.replicas": str(replicas),
            f"{prefix}.sharing-strategy": sharing.strategy if replicas > 1 else "none",
        }
    return found
