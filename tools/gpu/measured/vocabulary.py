"""Under which names exporters tell how GPUs are used, and the queries made of them.

Sources: NVIDIA/dcgm-exporter, etc/default-counters.csv; ROCm/device-metrics-exporter,
docs/configuration/metricslist.md. The names of AMD are from that list and were not tried on a real
one: the answer says so.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from clusterwright.tools.gpu.measured import throttling
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.prometheus.cost.sources import ENGINE, NODE_GPU, UTIL
from clusterwright.tools.prometheus.metric_queries import BY_NAME

LABELS = (
    *("namespace", "pod", "exported_namespace", "exported_pod"),
    *("Hostname", "hostname", "node", "kubernetes_node", "instance"),
    *("UUID", "gpu", "GPU_I_ID", "GPU_I_PROFILE", "modelName"),
    *("gpu_uuid", "gpu_id", "gpu_partition_id", "card_series", "card_model", "serial_number"),
)
"""What is kept of a series: where the device is, which one it is, and who has it."""
_BY = f"max by ({','.join(LABELS)})"
_FB = "DCGM_FI_DEV_FB_"
_HUNG = ("gpu-hung", "gpu-hung-power", "gpu-power-limit")
_EXISTING = "DCGM_(FI|EXP)_.+|(amd_)?gpu_.+|node_gpu_hourly_cost"


@dataclass(frozen=True)
class Vocabulary:
    """What there is under which name, and over which window it is asked about."""

    there: Collection[str]
    seconds: int
    queries: dict[str, str] = field(default_factory=dict[str, str], compare=False)

    @property
    def vendors(self) -> frozenset[Vendor]:
        """Whose devices are measured."""
        found: set[Vendor] = set()
        if any(one.startswith("DCGM_") for one in self.there):
            found.add(Vendor.NVIDIA)
        if self._amd("gfx_activity") or self._amd("used_vram"):
            found.add(Vendor.AMD)
        return frozenset(found)

    @property
    def resolution(self) -> int:
        """Seconds between the moments of a subquery: some sixty of them in a window."""
        return max(60, self.seconds // 60)

    def asked(self) -> Mapping[str, str]:
        """Return the queries by what they tell; those that rest on what is not there are left out.

        `engine` and `util` are shares of time, `used` and `total` MiB, `known` seconds.
        """
        found: dict[str, str] = {}
        if ENGINE in self.there:
            found |= self._shares("engine", ENGINE)
        if UTIL in self.there:
            found |= self._shares("util", UTIL, " / 100")
        memory = {f"{_FB}USED", f"{_FB}FREE"}
        if f"{_FB}USED" in self.there:
            found["used"] = self._over("max", f"{_FB}USED")
        if memory <= set(self.there):
            found["total"] = self._sum(*sorted(memory))
            if f"{_FB}RESERVED" in self.there:
                whole = self._sum(*sorted({*memory, f"{_FB}RESERVED"}))
                found["total"] = f"{whole} or {found['total']}"
        if Vendor.NVIDIA in self.vendors:
            found |= {
                name: BY_NAME[name].promql
                for name in _HUNG
                if BY_NAME[name].worth_asking(frozenset(self.there))
            }
        found |= self._of_amd()
        found |= throttling.queries(self.there, self.seconds, self.resolution, ",".join(LABELS))
        if any(one in found for one in ("engine", "util", "amd busy", "used", "amd used")):
            found["known"] = self._known()
        if NODE_GPU in self.there:
            found["price gpu"] = f"max by (node,instance) ({NODE_GPU})"
        return found

    def _of_amd(self) -> dict[str, str]:
        found: dict[str, str] = {}
        if busy := self._amd("gfx_activity"):
            found |= self._shares("amd", busy, " / 100")
        if used := self._amd("used_vram"):
            found["amd used"] = self._over("max", used)
        if total := self._amd("total_vram"):
            found["amd total"] = f"{_BY} ({total})"
        return found

    def _amd(self, name: str) -> str:
        """Return a metric of AMD as it is called here: whoever deploys it may choose a prefix."""
        return next((one for one in (f"amd_gpu_{name}", f"gpu_{name}") if one in self.there), "")

    def _shares(self, name: str, metric: str, scale: str = "") -> dict[str, str]:
        return {
            f"{name} busy": f"{self._over('avg', metric)}{scale}",
            f"{name} peak": f"{self._over('max', metric)}{scale}",
        }

    def _over(self, function: str, metric: str) -> str:
        """Return a metric over the window, of series that are there now: of who has it now."""
        return f"{_BY} ({function}_over_time({metric}[{self.seconds}s]) and {metric})"

    def _known(self) -> str:
        metrics = (ENGINE, UTIL, f"{_FB}USED", self._amd("gfx_activity"), self._amd("used_vram"))
        there = " or ".join(one for one in metrics if one in self.there)
        window = f"[{self.seconds}s:{self.resolution}s]"
        return f"{_BY} (count_over_time(({there}){window})) * {self.resolution}"

    @staticmethod
    def _sum(*metrics: str) -> str:
        return " + ".join(f"{_BY} ({one})" for one in metrics)


def existing() -> str:
    """Return the query for the names of all metrics of GPUs."""
    return f'count by (__name__) ({{__name__=~"{_EXISTING}"}})'
