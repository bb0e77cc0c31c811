"""`clusterwright fix -o patch|kubectl`: what is printed does that, there, and nothing else."""

from pathlib import Path

import pytest

from clusterwright.tools.finding import Remedy
from tests.agents.found import finding
from tests.agents.remediate.estate import Estate, curable
from tests.cli.estates import ran, stood_in

CART = curable(finding("pod/configmap-missing", "Deployment/shop/cart"))


@pytest.fixture
def estate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Estate:
    return stood_in(monkeypatch, tmp_path)


@pytest.mark.parametrize("config", [[], ["--kubeconfig", "/etc/other"]])
def test_a_command_names_the_cluster_that_its_finding_is_of(
    estate: Estate, config: list[str]
) -> None:
    estate.findings = [CART]
    flags = " ".join([*config, "--context", "dev"])
    done = ran("--all", "-c", "staging", *config, "-o", "kubectl")
    assert (done.exit_code, done.stdout) == (
        0,
        f"kubectl {flags} -n shop patch deployment/cart --type=strategic -p"
        """ '{"spec": {"x": 2}}'\n""",
    )


def test_a_kubeconfig_is_named_so_that_the_command_may_be_run_elsewhere(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.findings = [CART]
    monkeypatch.setenv("HOME", "/home/me")
    done = ran("--all", "--kubeconfig", "~/other", "-o", "kubectl")
    assert done.stdout.startswith("kubectl --kubeconfig /home/me/other --context dev ")


def test_a_patch_for_another_cluster_than_was_asked_is_none(estate: Estate) -> None:
    estate.findings = [CART]
    assert ran("--all", "-c", "dev", "-o", "patch").exit_code == 0
    done = ran("--all", "-c", "staging", "-o", "patch")
    assert (done.exit_code, done.stdout.splitlines()) == (
        1,
        [
            "# Deployment/shop/cart: Set x",
            "# not spelled: it is for cluster dev, and a patch names none",
            "# clusterwright fix Deployment/shop/cart --context dev",
        ],
    )


@pytest.mark.parametrize("output", ["patch", "kubectl"])
def test_a_remedy_that_can_not_be_spelled_leaves_the_others_as_they_are(
    estate: Estate, output: str
) -> None:
    rules = {"spec.rules[0].http.paths[0].backend.service.name": "web"}
    moved = {"kind": "patch", "object": "Ingress/shop/web", "set": rules}
    ingress = finding("ingress/service-missing", "Ingress/shop/web")
    estate.findings = [CART, curable(ingress, Remedy(say="Route to it", changes=(moved,)))]
    done = ran("--all", "-o", output)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert [one for one in lines if one.startswith("#") and "Deployment" not in one] == [
        "# Ingress/shop/web: Route to it",
        "# not spelled: it is not known what spec.rules[0].http.paths[0].backend.service.name holds"
        " at present",
        "# clusterwright fix Ingress/shop/web --context dev",
    ]
    assert "x: 2" in done.stdout or '"x": 2' in done.stdout


@pytest.mark.parametrize("output", ["patch", "kubectl"])
def test_a_secret_that_was_taken_out_is_spelled_nowhere(estate: Estate, output: str) -> None:
    dsn = {"data['dsn']": "postgres://app:s3cretpassw0rd@db/x"}
    change = {"kind": "patch", "object": "ConfigMap/shop/cart", "set": dsn}
    estate.findings = [curable(CART, Remedy(say="Add it", changes=(change,)))]
    done = ran("--all", "-o", output)
    assert done.exit_code == 1
    assert all(line.startswith("# ") for line in done.stdout.splitlines())
    assert "s3cret" not in done.stdout
