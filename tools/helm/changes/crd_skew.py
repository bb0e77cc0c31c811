"""CRDs that a chart has newer than the cluster: Helm installs those of `crds/`, once."""

from collections.abc import Iterator

from clusterwright.tools.helm.changes.outlook import Outlook
from clusterwright.tools.helm.chart_crds import CRD, behind, definition_of
from clusterwright.tools.manifest import name_of
from clusterwright.tools.ref import Ref


def skew(found: Outlook) -> Iterator[str]:
    """Yield how live CRDs are behind those of a chart."""
    for one in found.chart.crds if found.chart else ():
        wanted, live = definition_of(one), found.live.get(Ref(CRD, name_of(one)))
        there = definition_of(live) if live is not None else None
        how = behind(there, wanted) if wanted and there else ""
        if how:
            yield (
                f"{CRD} {name_of(one)} stays as it is: it {how}, unlike that of this chart."
                ' Helm does not change it; {"kind":"upgrade_crds"} does [crd-skew]'
            )
