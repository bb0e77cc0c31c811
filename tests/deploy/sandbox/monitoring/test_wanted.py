"""Who wants Prometheus gets it, or is told that this sandbox runs without."""

import pytest

from clusterwright.deploy.sandbox import Instance, up
from clusterwright.deploy.sandbox.runtime.errors import StartError


def test_a_sandbox_that_runs_without_prometheus_is_not_taken_for_one_with_it(
    sandbox: Instance,
) -> None:
    if sandbox.has_prometheus:
        pytest.skip("the sandbox that is reused is monitored")
    with pytest.raises(StartError, match="runs without Prometheus") as error:
        up(sandbox.name, prometheus=True)
    assert f"clusterwright sandbox down {sandbox.name}" in error.value.hint
    assert sandbox.prometheus_url == sandbox.alertmanager_url == ""
