"""Which findings explain which: the one table that turns a list of problems into causes.

A rule says: a finding of family `effect` is explained by one of family `cause` on an object that is
reached along `edges`. Owners are always followed, since a Pod's trouble is its workload's; no edge
means the same object or workload. A family is a code, or everything under a prefix: `pod/*`.
`docs/causes.md` shows the whole table.
"""

from clusterwright.agents.diagnose.gpu_rules import GPU_RULES
from clusterwright.agents.diagnose.machine_rules import MACHINE_RULES
from clusterwright.agents.diagnose.metric_rules import METRIC_RULES, SHORT
from clusterwright.agents.diagnose.release_rules import RELEASE_RULES
from clusterwright.agents.diagnose.storage_rules import STORAGE_RULES
from clusterwright.agents.diagnose.traffic_rules import TRAFFIC_RULES
from clusterwright.agents.diagnose.workload_rules import WORKLOAD_RULES

SUBJECTS = {
    "Traffic": TRAFFIC_RULES,
    "Pods and workloads": WORKLOAD_RULES,
    "Storage": STORAGE_RULES,
    "Clusters and machines": MACHINE_RULES,
    "Helm releases": RELEASE_RULES,
    "Metrics, alerts and monitoring": METRIC_RULES,
    "GPUs and queues": GPU_RULES,
}
RULES = tuple(rule for rules in SUBJECTS.values() for rule in rules)
"""As a reader follows traffic: Service, Pod, volume, cluster, release; metrics, GPUs."""

SYMPTOMS = frozenset(rule.effect for rule in RULES if rule.always)
"""Codes that always have a cause below them, seen or not."""


def belongs(code: str, family: str) -> bool:
    """Return whether a code is of a family: equal to it, or under its `prefix/*`.

    What only runs short is of no family: nothing else fails for it yet.
    """
    if family.endswith("/*"):
        return code.startswith(family[:-1]) and code not in SHORT
    return code == family
