"""Each alert of the sandbox fires for what its name means, and not for what looks like it."""

import json
import subprocess
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.monitoring.objects import RULES, rules
from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport
from clusterwright.tools.manifest import Manifest, items, strings, text
from clusterwright.tools.prometheus.known_alerts import KNOWN_ALERTS
from tests.deploy.sandbox.monitoring.alert_cases import CASES

_OWN = {"GpuDoubleBitErrors", "GpuNotSeen", "GpuRowRemapFailure", "GpuTooHot", "GpuXidError"}
_RUNBOOKS = "https://runbooks.prometheus-operator.dev/runbooks/"


def _alerts(name: str) -> list[Manifest]:
    return [one for group in items(rules(name), "spec", "groups") for one in items(group, "rules")]


def _series(lines: str) -> list[Manifest]:
    found: list[Manifest] = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        end = line.rfind("}") + 1 or line.index(" ")
        values = line[end:].strip()
        spelled = f"{values}x60" if values.lstrip("-").isdigit() else values
        found.append({"series": line[:end].strip(), "values": spelled})
    return found


def _tried(alert: str, lines: str, times: int) -> Manifest:
    fires = f'count(ALERTS{{alertname="{alert}", alertstate="firing"}}) or vector(0)'
    expected = [{"labels": "{}", "value": times}]
    return {
        "name": f"{alert} {'fires' if times else 'is quiet'}",
        "interval": "5s",
        "input_series": _series(lines),
        "promql_expr_test": [{"expr": fires, "eval_time": "4m55s", "exp_samples": expected}],
    }


@pytest.mark.parametrize("name", RULES)
def test_each_alert_fires_for_what_it_means_and_for_nothing_like_it(
    name: str, tmp_path: Path
) -> None:
    alerts = sorted({text(one, "alert") for one in _alerts(name)})
    (tmp_path / "rules.json").write_text(json.dumps(rules(name)["spec"]))
    tests = [_tried(alert, CASES[alert].fires, 1) for alert in alerts]
    tests += [_tried(one, CASES[one].not_yet, 0) for one in alerts if one != "Watchdog"]
    suite = {"rule_files": ["rules.json"], "evaluation_interval": "5s", "tests": tests}
    (tmp_path / "suite.json").write_text(json.dumps(suite))
    promtool = ensure_binaries(["promtool"], SilentReport())["promtool"]
    done = subprocess.run(
        [promtool, "test", "rules", "suite.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_known_by_name_or_ours() -> None:
    found = {text(one, "alert") for name in RULES for one in _alerts(name)}
    assert found - KNOWN_ALERTS.keys() == _OWN
    assert found == CASES.keys()


def test_every_alert_says_what_is_the_matter_and_where_that_is_explained() -> None:
    for one in (one for name in RULES for one in _alerts(name)):
        annotations, alert = strings(one, "annotations"), text(one, "alert")
        assert annotations["summary"].endswith("."), alert
        runbook = annotations.get("runbook_url", "")
        assert runbook.startswith(_RUNBOOKS) == (alert not in _OWN), alert
        assert text(one, "labels", "severity") in {"critical", "warning", "info", "none"}
        assert text(one, "for") in {"", "30s", "1m"}
