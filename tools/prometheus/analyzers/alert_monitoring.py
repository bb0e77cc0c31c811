"""What alerts about monitoring itself are about: a monitor, a rule's object, Prometheus."""

from collections.abc import Iterator

from clusterwright.tools.prometheus.analyzers.cardinality import job_ref
from clusterwright.tools.prometheus.analyzers.rule_files import rule_object
from clusterwright.tools.prometheus.analyzers.server import instance
from clusterwright.tools.prometheus.estate import Estate
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.ref import Ref

MONITORING = ("Prometheus", "Alertmanager", "TargetDown", "ConfigReloaderSidecarErrors")
"""How their names begin: prometheus-mixin, alertmanager-mixin, kube-prometheus."""


def watched(estate: Estate, alert: str, labels: Labels) -> Iterator[Ref]:
    """Yield what of monitoring an alert is about, where its labels tell."""
    if alert.startswith("TargetDown") and labels.get("job"):
        yield job_ref(estate, labels["job"])
    elif alert.startswith(MONITORING):
        file, _, group = labels.get("rule_group", "").partition(";")
        found = [one for one in estate.groups or () if group and one.key == (file, group)]
        yield from (rule_object(estate, one) for one in found)
        yield instance(estate, labels, own=not alert.startswith("Alertmanager"))
