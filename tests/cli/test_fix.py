"""`clusterwright fix`: options that it refuses, and what it says where nothing is repaired."""

import json
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from clusterwright.agents.remediate.fix import Fixer
from clusterwright.agents.report.incident import IncidentReport
from clusterwright.cli import fix
from clusterwright.cli.fix import command
from clusterwright.tools.finding import Finding
from tests.agents.found import finding
from tests.agents.remediate.estate import Estate, curable
from tests.cli.estates import ran, stood_in

CART = curable(finding("pod/configmap-missing", "Deployment/shop/cart"))
MANY = CART.model_copy(update={"more_members": 4})
RULE = finding("rule/failing", "PrometheusRule/shop/cart")
SILENT = "k8s_find_problems: the API server did not answer"


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    return result.output


def test_a_report_is_markdown_or_json(tmp_path: Path) -> None:
    said = refused("--all", "--report", str(tmp_path / "incident.pdf"))
    assert "ends neither in .md nor in .json" in said


def test_a_report_needs_a_folder_that_is_there(tmp_path: Path) -> None:
    assert "there is no folder" in refused("--all", "--report", str(tmp_path / "no" / "a.md"))


@pytest.mark.parametrize("output", ["patch", "kubectl"])
def test_what_repairs_nothing_has_no_report(tmp_path: Path, output: str) -> None:
    report = str(tmp_path / "a.json")
    assert "--report tells of repairs" in refused("--all", "-o", output, "--report", report)


def test_what_is_named_is_repaired_whatever_is_ignored() -> None:
    assert "--ignore-file goes with --all" in refused("Pod/shop/cart", "--ignore-file", "a.yaml")


def test_it_has_to_be_said_what_is_to_be_repaired() -> None:
    assert "say what to repair" in refused()
    assert "either --all or one object or code" in refused("Pod/shop/cart", "--all")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("nonsense", "'nonsense' is not a reference; write Kind/namespace/name"),
        ("deploy/shop/cart", "'deploy' is not a kind; write Kind/namespace/name"),
        ("deployment/cart", "'deployment' is not a kind"),
        ("pod/imge-not-found", "no finding has the code 'pod/imge-not-found'; near it: pod/image-"),
        ("pod/cart", "no finding has the code 'pod/cart'; near it: "),
        ("gpu", "no finding has the code 'gpu'; near it: gpu/"),
    ],
)
def test_what_is_no_object_and_no_code_is_wrong_usage(target: str, said: str) -> None:
    assert said in refused(target)


def test_an_object_is_in_the_namespace_that_is_looked_at() -> None:
    said = "'Pod/shop/cart' is not in namespace 'till'; leave the namespace out"
    assert said in refused("Pod/shop/cart", "-n", "till")


@pytest.fixture
def estate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Estate:
    return stood_in(monkeypatch, tmp_path)


def repairs(unchecked: list[str]) -> dict[str, object]:
    return {"schema": "clusterwright.repairs/v1", "unchecked": unchecked, "repairs": []}


def test_nothing_to_repair_is_only_said_where_all_answered(estate: Estate) -> None:
    estate.alerts = [RULE]
    assert (ran("Deployment/shop/cart").exit_code, ran("--all", "-o", "json").exit_code) == (0, 1)
    estate.silent = True
    done = ran("Deployment/shop/cart")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"Not all could be checked: {SILENT}\n"


@pytest.mark.parametrize("alerts", [None, [RULE]])
def test_json_is_a_document_where_nothing_could_be_checked(
    estate: Estate, alerts: list[Finding] | None
) -> None:
    estate.silent, estate.alerts = True, alerts
    done = ran("Deployment/shop/cart", "-o", "json")
    assert (done.exit_code, json.loads(done.stdout)) == (2, repairs([SILENT]))


def test_not_all_is_repaired_where_a_server_was_silent_from_the_start(estate: Estate) -> None:
    estate.findings, estate.alerts, estate.blind = [CART], [], True
    estate.effects[str(CART.subject)] = lambda one: one.gone(CART.code)
    blind = "Not all could be checked: prom_find_problems: Prometheus did not answer"
    named = ran(str(CART.subject), "--dry-run")
    assert (named.exit_code, blind in named.stderr) == (0, False)
    for more in (["--dry-run"], ["-o", "kubectl"], ["-o", "json"]):
        estate.findings = [CART]
        done = ran("--all", *more)
        assert (done.exit_code, blind in done.stderr.splitlines()) == (2, True)
    estate.findings = [CART]
    done = ran("--all")
    assert (done.exit_code, blind in done.stderr.splitlines()) == (2, True)
    assert done.stdout.endswith("1 root cause: 1 fixed.\n")


def test_what_shows_only_once_a_cause_is_gone_is_told_and_is_left(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reveal(one: Estate) -> None:
        one.findings = [finding("pod/crash-loop", str(CART.subject))]

    monkeypatch.setattr(fix, "Fixer", partial(Fixer, patience=0))
    estate.findings, estate.effects[str(CART.subject)] = [CART], reveal
    done = ran("--all")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-4:] == [
        "  FIXED (plan p-1)",
        "    shows now: pod/crash-loop on Deployment/shop/cart (warning)",
        "",
        "1 root cause: 1 fixed; shows now: 1 problem.",
    ]


def test_a_healthy_cluster_has_nothing_to_repair(estate: Estate) -> None:
    del estate
    done = ran("--all", "-o", "json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, repairs([]))


def test_a_report_is_written_where_nothing_could_be_checked(estate: Estate, tmp_path: Path) -> None:
    estate.silent = True
    reports = [tmp_path / "a.json", tmp_path / "a.md"]
    assert ran("--all", *(f"--report={one}" for one in reports)).exit_code == 2
    report = IncidentReport.model_validate_json(reports[0].read_bytes())
    assert (report.unchecked, report.incidents) == ((SILENT,), ())
    lines = reports[1].read_text(encoding="utf-8").splitlines()
    assert lines[-5:] == [
        *("Could not be checked:", "", f"- `{SILENT}`", ""),
        "Nothing was repaired: not all could be checked.",
    ]


def test_a_report_that_can_not_be_written_is_a_failure(estate: Estate, tmp_path: Path) -> None:
    estate.findings = [CART]
    estate.effects[str(CART.subject)] = lambda one: one.gone(CART.code)
    lost, kept = tmp_path / ("a" * 300 + ".md"), tmp_path / "a.json"
    done = ran("--all", "-o", "json", "--report", str(lost), "--report", str(kept))
    assert done.exit_code == 1
    assert f"The report {lost} could not be written: File name too long" in done.stderr
    assert [one["result"] for one in json.loads(done.stdout)["repairs"]] == ["fixed"]
    assert IncidentReport.model_validate_json(kept.read_bytes()).unchecked == ()


def test_an_object_that_may_be_among_those_only_counted_is_not_told_as_well(
    estate: Estate,
) -> None:
    estate.findings = [MANY]
    done = ran("Pod/shop/cart-7")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "no problem names Pod/shop/cart-7, but not all members are listed: clusterwright diagnose"
        " Pod/shop/cart-7\n"
    )
    assert ran("Pod/till/cart-7").stdout == (
        "Nothing to repair about Pod/till/cart-7: no such problem was found.\n"
    )


def test_an_object_that_is_not_there_is_wrong_usage_and_not_well(estate: Estate) -> None:
    estate.findings, estate.there = [CART], {"Deployment/shop/till", "HelmRelease/shop/till"}
    done = ran("Deployment/shop/crat")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith("Error: Deployment/shop/crat is not there; list what is\n")
    assert ran("Deployment/shop/till").exit_code == 0
    assert ran("HelmRelease/shop/till").exit_code == 0
    done = ran("HelmRelease/shop/crat")
    assert done.exit_code == 2
    assert done.stderr.endswith("Error: there is no release shop/crat; list them\n")
    assert ran("Deployment/shop/cart", "--dry-run").exit_code == 0


def test_an_alert_that_has_ended_leaves_nothing_to_repair(estate: Estate, tmp_path: Path) -> None:
    estate.findings, report = [CART], tmp_path / "a.json"
    done = ran("Alert/KubeCartDown", "-o", "json", "--report", str(report))
    assert (done.exit_code, json.loads(done.stdout)["repairs"]) == (0, [])
    assert report.is_file()


IGNORED = f"""
- code: {CART.code}
  owner: shop
  reason: it moves next month
  expires: 2126-12-31
"""


def test_all_are_repaired_but_those_that_the_ignore_file_names(
    estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = curable(finding("pvc/storage-class-missing", "PersistentVolumeClaim/shop/data"))
    estate.findings = [CART, other]
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".clusterwright-ignore.yaml").write_text(IGNORED)
    done = ran("--all", "--dry-run")
    assert (done.exit_code, estate.calls) == (0, [f"plan {other.subject}"])
    assert done.stdout.endswith("\n1 root cause: 1 planned.\n")
    assert done.stderr.splitlines() == [
        "Note: .clusterwright-ignore.yaml is heeded: 1 ignored",
        f"Note: left alone: {CART.code} on {CART.subject} (shop, until 2126-12-31)",
    ]
    estate.findings = [CART]
    done = ran("--all")
    assert (done.exit_code, done.stdout) == (
        0,
        "Nothing to repair beyond what is ignored: no such problem was found.\n",
    )
    assert ran(CART.code, "--dry-run").stdout.endswith("\n1 root cause: 1 planned.\n")
    (tmp_path / ".clusterwright-ignore.yaml").write_text("- code: x\n")
    assert "'owner' is missing" in refused("--all")


def test_an_object_is_meant_however_its_group_is_written(estate: Estate) -> None:
    estate.findings = [CART]
    assert ran("Deployment.apps/shop/cart", "--dry-run").stdout.endswith("1 planned.\n")
