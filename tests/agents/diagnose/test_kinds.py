"""The kinds that no API server knows are those that the Prometheus server makes findings about."""

from clusterwright.agents.diagnose.kinds import IN_PROMETHEUS, NO_OBJECTS
from clusterwright.agents.diagnose.next_step import NextSteps
from clusterwright.agents.remediate.order import layer
from clusterwright.tools.prometheus.analyzers.rule_files import FILE
from clusterwright.tools.prometheus.analyzers.target_down import JOB
from clusterwright.tools.prometheus.estate import SERVER
from clusterwright.tools.ref import Ref
from tests.agents.found import finding


def test_they_are_those_that_the_server_of_prometheus_makes() -> None:
    assert {FILE, JOB, SERVER, "AlertmanagerServer"} == IN_PROMETHEUS
    assert {*IN_PROMETHEUS, "Alert", "HelmRelease"} == NO_OBJECTS


def test_nothing_describes_one_and_each_is_repaired_last() -> None:
    steps = NextSteps({"dev": "k8s_describe"})
    for kind in IN_PROMETHEUS:
        told = steps.after(finding("target/unreachable", f"{kind}/node"), "dev")
        assert (told.call, told.shell) == ("", "")
        assert layer(Ref(kind, "node")) == layer(Ref("Alert", "Down"))
