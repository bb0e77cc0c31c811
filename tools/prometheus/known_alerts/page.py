"""The guide to known alerts, made from the catalogue."""

from collections.abc import Iterator

from clusterwright.tools.prometheus.known_alerts import FAMILIES
from clusterwright.tools.prometheus.known_alerts.known_alert import KnownAlert

_HEAD = """\
# Known alerts

What `prom_alerts` knows of alerts by their names: what each means, what to check next, what usually
causes it, the finding codes that tell the cause, and the label that names what it is about. Where
an alert brings a link to a runbook of its own, that one is shown; else that of the catalogue.

The catalogue is `tools/prometheus/known_alerts/`; names and labels are those of kubernetes-mixin
(aa38e2b), of the mixins of node-exporter, etcd, kube-state-metrics, Prometheus, Alertmanager and
the Prometheus Operator, and of kube-prometheus.
"""


def page() -> str:
    """Return the guide as Markdown."""
    return "\n".join([_HEAD, *(line for name in FAMILIES for line in _family(name))])


def _family(name: str) -> Iterator[str]:
    yield f"## {name}"
    yield ""
    for one in FAMILIES[name]:
        yield f"### {one.name}"
        yield f"{one.means}"
        yield ""
        yield from _facts(one)
        yield ""


def _facts(one: KnownAlert) -> Iterator[str]:
    yield f"- Check: {one.check}"
    yield f"- Usual causes: {'; '.join(one.causes)}."
    if one.subject:
        yield f"- About: {', '.join(f'`{label}`' for label in one.subject)}"
    if one.codes:
        yield f"- Findings: {', '.join(f'[{code}](../findings/{code}.md)' for code in one.codes)}"
    if one.healthy:
        yield "- It fires where all is well."
    if one.link:
        yield f"- Runbook: <{one.link}>"
