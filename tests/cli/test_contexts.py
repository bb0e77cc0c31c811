"""A context that the kubeconfig does not have is wrong usage, said once with those there are."""

from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner

from clusterwright.cli.contexts import check_contexts
from clusterwright.cli.diagnose import command as diagnose
from clusterwright.cli.fix import command as fix
from clusterwright.tools.errors import NotFoundError

KUBECONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: "http://127.0.0.1:9"}}]
users: [{name: u, user: {}}]
contexts: [{name: dev, context: {cluster: a, user: u}}, {name: test, context: {cluster: a}}]
current-context: dev
"""


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Path:
    """A kubeconfig with two contexts."""
    path = tmp_path / "config"
    path.write_text(KUBECONFIG)
    return path


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (diagnose, ["-c", "nope"]),
        (diagnose, ["-c", "dev", "-c", "nope"]),
        (fix, ["--all", "-c", "nope"]),
    ],
)
def test_a_context_that_there_is_not_is_wrong_usage(
    kubeconfig: Path, command: Command, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(kubeconfig.parent))
    done = CliRunner().invoke(command, [*arguments, "--kubeconfig", str(kubeconfig)])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith("\nError: there is no context 'nope'; contexts: dev, test\n")


def test_workload_clusters_and_pods_need_no_context_of_a_kubeconfig(
    kubeconfig: Path, tmp_path: Path
) -> None:
    check_contexts(["dev", "capi:shop/cart"], kubeconfig)
    check_contexts(["in-cluster"], tmp_path / "none")
    with pytest.raises(NotFoundError):
        check_contexts(["dev", "in-cluster"], kubeconfig)
