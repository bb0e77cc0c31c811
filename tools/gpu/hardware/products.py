"""The accelerators that are known: how each is spelled, what memory it has, how it can be split.

Sources: names and memory of NVIDIA's as NVML reports them (memory with ECC on, as `nvidia-smi`
prints it), PCI ids from NVIDIA/mig-parted, deployments/systemd/config-default.yaml, and
NVIDIA/k8s-device-plugin, docs/gpu-feature-discovery for what becomes of a name in a label; AMD's
names as ROCm/k8s-device-plugin, cmd/k8s-node-labeller tells them. Memory of AMD's, and of the GH200
with 144 GB, is what their makers state.
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from clusterwright.tools.gpu.hardware.mig_profiles import GEOMETRIES, Geometry
from clusterwright.tools.gpu.vendor import Vendor


@dataclass(frozen=True, slots=True)
class Product:
    """One model of accelerator."""

    name: str
    """As its driver's library spells it."""
    memory_mib: int
    """MiB of memory of each device that the driver shows: some drivers show a few hundred less."""
    vendor: Vendor = Vendor.NVIDIA
    family: str = ""
    """Whose MIG profiles it has; empty for what has no MIG."""
    pci: tuple[str, ...] = ()
    """Device and vendor as mig-parted's `device-filter` spells them: `0x233010DE`."""
    aliases: tuple[str, ...] = ()
    """Other spellings of the same."""

    @property
    def geometry(self) -> Geometry | None:
        """Its MIG profiles; None for a product without MIG."""
        return GEOMETRIES.get(self.family)

    @property
    def mig(self) -> bool:
        """Whether it can be split by MIG."""
        return bool(self.family)

    @property
    def label(self) -> str:
        """The value of its label: `nvidia.com/gpu.product`, `amd.com/gpu.product-name`."""
        return self.name.replace(" ", "-" if self.vendor is Vendor.NVIDIA else "_")


def _amd(name: str, gib: int, *aliases: str) -> Product:
    return Product(name, gib * 1024, Vendor.AMD, aliases=aliases)


def _rtx_pro(edition: str, pci: str) -> Product:
    name = f"NVIDIA RTX PRO 6000 Blackwell {edition}"
    return Product(name, 97887, family="RTX-PRO-6000", pci=(pci,))


PRODUCTS: tuple[Product, ...] = (
    Product("Tesla T4", 15360),
    Product("NVIDIA A10", 23028),
    Product("NVIDIA A10G", 23028),
    Product("NVIDIA L4", 23034),
    Product("NVIDIA L40", 46068),
    Product("NVIDIA L40S", 46068),
    Product("NVIDIA A30", 24576, family="A30", pci=("0x20B710DE",)),
    Product("NVIDIA A100-SXM4-40GB", 40960, family="A100-40GB", pci=("0x20B010DE",)),
    Product("NVIDIA A100-PCIE-40GB", 40960, family="A100-40GB", pci=("0x20F110DE",)),
    Product("NVIDIA A100-SXM4-80GB", 81920, family="A100-80GB", pci=("0x20B210DE",)),
    Product("NVIDIA A100 80GB PCIe", 81920, family="A100-80GB", pci=("0x20B510DE",)),
    Product("NVIDIA H100 80GB HBM3", 81559, family="H100-80GB", pci=("0x233010DE",)),
    Product("NVIDIA H100 PCIe", 81559, family="H100-80GB", pci=("0x233110DE",)),
    Product("NVIDIA H100 NVL", 95830, family="H100-94GB", pci=("0x232110DE",)),
    Product("NVIDIA H20", 97871, family="H100-96GB", pci=("0x232910DE",)),
    Product(
        "NVIDIA GH200 480GB",
        97871,
        family="H100-96GB",
        pci=("0x234210DE",),
        aliases=("NVIDIA GH200 120GB",),
    ),
    Product("NVIDIA GH200 144G HBM3e", 147456, family="GH200-144GB", pci=("0x234810DE",)),
    Product("NVIDIA H200", 143771, family="H200", pci=("0x233510DE",)),
    Product("NVIDIA H200 NVL", 143771, family="H200", pci=("0x233B10DE",)),
    Product("NVIDIA B200", 183359, family="B200", pci=("0x290110DE",)),
    Product("NVIDIA GB200", 189471, family="GB200", pci=("0x294110DE",)),
    _rtx_pro("Server Edition", "0x2BB510DE"),
    _rtx_pro("Workstation Edition", "0x2BB110DE"),
    _rtx_pro("Max-Q Workstation Edition", "0x2BB410DE"),
    _amd("AMD Instinct MI210", 64),
    _amd("AMD Instinct MI250", 64, "AMD Instinct MI250X"),
    _amd("AMD Instinct MI300X OAM", 192, "AMD Instinct MI300X VF"),
    _amd("AMD Instinct MI325X OAM", 256, "AMD Instinct MI325 OAM"),
    _amd("AMD Instinct MI350X OAM", 288),
    _amd("AMD Instinct MI355X OAM", 288),
)
"""An MI250 shows as two devices, each with half of its memory."""

_PREFIXES = re.compile(r"\A(nvidia|amd|tesla|instinct) ")
_SPELLING = re.compile(r"[\s_-]+")
_SHARED = re.compile(r"-mig-[0-9]+g\..*\Z|-shared\Z")
_AMD_MODEL = re.compile(r"\bmi ?\d{3}[ax]?\b")


@lru_cache(maxsize=512)
def find(name: str) -> Product | None:
    """Return the product of a name, a label or a DRA attribute; None for one that is not known.

    `NVIDIA-A100-SXM4-40GB-MIG-1g.5gb-SHARED` is an A100: what tells how it is split or shared is
    left out of account, as are capitals, the vendor and what stands between words.
    """
    wanted = _plain(name)
    for product in PRODUCTS:
        if wanted in {_plain(one) for one in (product.name, *product.aliases)}:
            return product
    model = _AMD_MODEL.search(wanted)
    return next((one for one in PRODUCTS if model and _same_amd(one, model[0])), None)


def all_called(name: str) -> Sequence[Product]:
    """Return the product of a name, else all that have its words: `H100` is every H100."""
    found = find(name)
    if found:
        return (found,)
    wanted = set(_plain(name).split())
    return tuple(one for one in PRODUCTS if wanted and wanted <= set(_plain(one.name).split()))


def nearest(name: str, most: int = 3) -> Sequence[str]:
    """Return names of products that may have been meant, the likeliest first."""
    wanted = _plain(name)
    by_name = {_plain(one.name): one.name for one in PRODUCTS}
    starts = [spelled for spelled in by_name if wanted and spelled.startswith(wanted.split()[0])]
    near = difflib.get_close_matches(wanted, list(by_name), n=most, cutoff=0.6)
    return tuple(by_name[one] for one in dict.fromkeys([*starts, *near]))[:most]


def is_amd(name: str) -> bool:
    """Return whether a name is of an accelerator by AMD, also of one that is not known here."""
    product = find(name)
    if product:
        return product.vendor is Vendor.AMD
    spelled = _SPELLING.sub(" ", name.lower())
    words = {"amd", "instinct", "radeon"} & set(re.split(r"[^a-z]+", spelled))
    return bool(words or _AMD_MODEL.search(spelled))


def _plain(name: str) -> str:
    spelled = name.strip().lower()
    while (shorter := _SHARED.sub("", spelled)) != spelled:
        spelled = shorter
    spelled = _SPELLING.sub(" ", spelled)
    while (shorter := _PREFIXES.sub("", spelled)) != spelled:
        spelled = shorter
    return spelled


def _same_amd(product: Product, model: str) -> bool:
    known = _AMD_MODEL.search(_plain(product.name))
    return product.vendor is Vendor.AMD and known is not None and known[0] == model
