"""Metrics as text, in the format that Prometheus scrapes (version 0.0.4)."""

from collections.abc import Mapping
from typing import Literal

Kind = Literal["gauge", "counter", "histogram", "untyped"]
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def labelled(**labels: str) -> str:
    """Return labels as they stand between braces; those without a value are left out."""
    return ",".join(f'{k}="{v.translate(_ESCAPES)}"' for k, v in labels.items() if v)


class Exposition:
    """Collects samples, family by family."""

    def __init__(self) -> None:
        """Start with none."""
        self._families: dict[str, tuple[Kind, list[str]]] = {}

    def add(self, name: str, labels: str, value: float, kind: Kind = "gauge") -> None:
        """Add a sample of a metric; `labels` come from `labelled`."""
        family = self._families.get(name)
        if family is None:
            family = self._families[name] = (kind, [])
        family[1].append(f"{name}{{{labels}}} {value:.15g}" if labels else f"{name} {value:.15g}")

    def choice(self, name: str, labels: str, label: str, chosen: Mapping[str, bool]) -> None:
        """Add a sample for each value that a label can have: 1 for what is so, 0 for the rest."""
        for value, so in chosen.items():
            self.add(name, f'{labels},{label}="{value}"', float(so))

    def histogram(self, name: str, labels: str, buckets: Mapping[str, float], total: float) -> None:
        """Add a histogram whose buckets count observations up to each bound, the last `+Inf`."""
        family = self._families.setdefault(name, ("histogram", []))[1]
        comma = "," if labels else ""
        family += [
            f'{name}_bucket{{{labels}{comma}le="{bound}"}} {count:.15g}'
            for bound, count in buckets.items()
        ]
        family.append(f"{name}_sum{{{labels}}} {total:.15g}")
        family.append(f"{name}_count{{{labels}}} {buckets['+Inf']:.15g}")

    def text(self) -> str:
        """Return everything, each family under its type."""
        lines: list[str] = []
        for name, (kind, samples) in self._families.items():
            lines.append(f"# TYPE {name} {kind}")
            lines += samples
        return "\n".join([*lines, ""])
