"""What an answer of problems says that it read."""

from clusterwright.tools.cluster_api.find_problems import checked
from clusterwright.tools.coverage import Coverage
from clusterwright.tools.snapshot import Snapshot
from tests.tools.kubernetes.analyzers.cluster import NOW

MACHINE, AWS, AZURE = (
    "Machine.cluster.x-k8s.io",
    "AWSMachine.infrastructure.cluster.x-k8s.io",
    "AzureMachine.infrastructure.cluster.x-k8s.io",
)


def test_kinds_of_providers_that_nobody_uses_are_not_named() -> None:
    read = Coverage(checked={MACHINE: 0, AWS: 0, AZURE: 3})
    assert checked(Snapshot("test", NOW, {}, read)) == {MACHINE: 0, AZURE: 3}
