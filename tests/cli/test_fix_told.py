"""`clusterwright fix --tell`: what is asked is answered, and then planned as anything else is."""

from pathlib import Path

import pytest

from clusterwright.tools.finding import Finding, Remedy, ask
from clusterwright.tools.manifest import Manifest
from tests.agents.found import finding
from tests.agents.remediate.estate import Estate, curable
from tests.cli.estates import ran, stood_in


def patched(name: str, values: Manifest) -> Remedy:
    return Remedy(say="Set it", changes=({"kind": "patch", "object": name, "set": values},))


def asking(name: str) -> Finding:
    """A finding whose remedy asks for an image."""
    return curable(
        finding("pod/image-not-found", name), patched(name, {"spec.image": ask("the image")})
    )


CART, TILL = asking("Deployment/shop/cart"), asking("Deployment/shop/till")


@pytest.fixture
def estate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Estate:
    return stood_in(monkeypatch, tmp_path, [CART])


def test_what_asks_says_how_it_is_told(estate: Estate) -> None:
    done = ran("--all", "-c", "dev", "--kubeconfig", "my clusters.yaml")
    assert (done.exit_code, estate.calls) == (1, [])
    assert (
        "    to set it, tell: the image\n"
        "    then: clusterwright fix Deployment/shop/cart --context dev --kubeconfig"
        f" '{Path.cwd()}/my clusters.yaml' --tell VALUE\n"
    ) in done.stdout


def test_what_is_told_is_planned_applied_and_proven(estate: Estate) -> None:
    estate.effects[str(CART.subject)] = lambda one: one.gone(CART.code)
    assert ran(str(CART.subject), "--tell", "cart:3", "--dry-run").exit_code == 0
    done = ran(CART.code, "--tell", "cart:3")
    assert (done.exit_code, "  FIXED (plan p-2)\n" in done.stdout) == (0, True)
    assert [one["set"] for one in estate.plans] == [{"spec.image": "cart:3"}] * 2
    subject = str(CART.subject)
    assert estate.calls == [f"plan {subject}", f"plan {subject}", f"apply {subject}"]


def test_an_answer_is_for_one_root_cause(estate: Estate) -> None:
    assert "--tell answers for one root cause" in ran("--all", "--tell", "cart:3").stderr
    estate.findings = [CART, TILL]
    done = ran(CART.code, "--tell", "cart:3")
    assert (done.exit_code, estate.calls) == (2, [])
    assert "these are 2; name an object: Deployment/shop/cart, Deployment/shop/till" in done.stderr
    assert ran(str(TILL.subject), "--tell", "till:3", "--dry-run").exit_code == 0


def test_what_can_not_be_told_so_is_left_to_a_hand(estate: Estate) -> None:
    secret = curable(CART, patched("Secret/shop/a", {"data.b": ask("it")}))
    estate.findings = [secret.model_copy(update={"fixes": ("Add key b to it.",)})]
    assert "    by hand: Add key b to it.\n" in ran("--all").stdout
    assert "cannot be told so: it; make this change by hand" in ran(CART.code, "--tell", "x").stderr
    assert estate.calls == []
