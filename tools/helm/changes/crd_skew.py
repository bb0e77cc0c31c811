"""CRDs that a chart has newer than the cluster: Helm installs those of `crds/`, once."""

from collections.abc import Iterator

from clusterwright.tools.helm.changes.outlook import Outlook
from clusterwright.tools.manifest import Manifest, items, name_of, text, truth
from clusterwright.tools.ref import Ref

CRD = "CustomResourceDefinition"


def skew(found: Outlook) -> Iterator[str]:
    """Yield what a chart's CRDs have that the live ones do not."""
    for one in found.chart.crds if found.chart else ():
        live = found.live.get(Ref(CRD, name_of(one)))
        if live is None:
            continue
        missing = [v for v in served(one) if v not in served(live)]
        if missing:
            yield (
                f"{CRD} {name_of(one)} stays at {', '.join(served(live))}, without"
                f" {', '.join(missing)} that this chart has: Helm does not change it;"
                ' {"kind":"upgrade_crds"} does [crd-skew]'
            )


def served(crd: Manifest) -> list[str]:
    """Return the versions that a CRD serves."""
    return [text(v, "name") for v in items(crd, "spec", "versions") if truth(v, "served")]
