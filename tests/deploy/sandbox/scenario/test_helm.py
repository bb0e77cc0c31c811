"""What a scenario may declare about Helm."""

import pytest

from clusterwright.deploy.sandbox.scenario.helm import Helm, Record

HELD = {"kind": "Pod"}


def declared(**fields: object) -> Helm:
    return Helm.model_validate({"run": "upgrade", "release": "cart", "chart": "web"} | fields)


def test_an_operation_is_told_in_a_few_words() -> None:
    assert str(declared()) == "helm upgrade cart"
    assert str(declared(run="rollback", chart="", by="helm3")) == "helm3 rollback cart"
    assert str(declared(run="crds", release="")) == "helm crds web"


def test_what_is_installed_is_a_chart() -> None:
    with pytest.raises(ValueError, match="helm install takes a chart"):
        declared(run="install", chart="")


def test_what_is_upgraded_or_removed_is_a_release() -> None:
    for run in ("upgrade", "rollback", "uninstall"):
        with pytest.raises(ValueError, match=f"helm {run} takes a release"):
            declared(run=run, release="")


def test_flags_that_say_how_are_taken() -> None:
    flags = ("--wait", "--timeout=8s", "--skip-schema-validation", "--set=a=1", "--history-max=0")
    assert declared(flags=flags).flags == flags


@pytest.mark.parametrize(
    "flag", ["--kubeconfig=/root/x", "--repo=http://x", "wait", "--post-renderer=sh", "-n=x", "--"]
)
def test_flags_that_say_where_or_bring_programs_are_refused(flag: str) -> None:
    with pytest.raises(ValueError, match="is none of --cleanup-on-fail"):
        declared(flags=[flag])


def test_an_operation_ends_in_one_way() -> None:
    for one in ({"fails": "x"}, {"killed_after": HELD}, {"left_after": HELD}):
        declared(**one)
    with pytest.raises(ValueError, match="one of these"):
        declared(fails="x", killed_after=HELD)
    with pytest.raises(ValueError, match="one of these"):
        declared(left_after=HELD, killed_after=HELD)


def test_a_misspelt_field_is_refused() -> None:
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        declared(relase="cart")
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        Record.model_validate({"release": "cart", "revision": 1, "hours": 3})
