"""What queries of findings choose, as the real PromQL of promtool has it."""

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from clusterwright.tools.prometheus.metric_queries import BY_NAME
from tests.tools.prometheus.changes.processes import program

if TYPE_CHECKING:
    from clusterwright.tools.manifest import Json

HEARD = "prometheus_remote_storage_highest_timestamp_in_seconds"
HEARD_BY_QUEUE = "prometheus_remote_storage_queue_highest_timestamp_seconds"
SENT = "prometheus_remote_storage_queue_highest_sent_timestamp_seconds"


def gives(folder: Path, name: str, series: dict[str, str], expected: dict[str, float]) -> None:
    """Evaluate a query after ten minutes of series, one sample a minute."""
    asked: Json = {
        "expr": BY_NAME[name].promql,
        "eval_time": "10m",
        "exp_samples": [{"labels": labels, "value": value} for labels, value in expected.items()],
    }
    test: Json = {
        "interval": "1m",
        "input_series": [{"series": one, "values": values} for one, values in series.items()],
        "promql_expr_test": [asked],
    }
    file = folder / "test.yaml"
    file.write_text(json.dumps({"rule_files": [], "tests": [test]}))
    done = subprocess.run(
        [program("promtool"), "test", "rules", file], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_remote_write_that_is_behind_is_found_where_federation_gives_an_instance_twice(
    tmp_path: Path,
) -> None:
    series: dict[str, str] = {}
    for of, sent in (("a", 990), ("b", 500)):
        labels = f'job="prometheus", instance="10.0.0.1:9090", cluster="{of}"'
        series[f"{HEARD}{{{labels}}}"] = "1000x10"
        series[f'{SENT}{{{labels}, remote_name="r", url="http://x"}}'] = f"{sent}x10"
    gives(
        tmp_path,
        "remote-write-behind",
        series,
        {
            '{job="prometheus", instance="10.0.0.1:9090", cluster="b", remote_name="r",'
            ' url="http://x"}': 500,
        },
    )


def test_of_two_queues_the_one_that_is_behind_is_found(tmp_path: Path) -> None:
    series: dict[str, str] = {}
    for name, heard, sent in (("near", 1000, 999), ("far", 1000, 700)):
        labels = f'{{job="p", instance="i", remote_name="{name}", url="http://{name}"}}'
        series[f"{HEARD_BY_QUEUE}{labels}"] = f"{heard}x10"
        series[f"{SENT}{labels}"] = f"{sent}x10"
    series[f'{HEARD}{{job="p", instance="i"}}'] = "900x10"
    far = '{job="p", instance="i", remote_name="far", url="http://far"}'
    gives(tmp_path, "remote-write-behind", series, {far: 300})


def test_nanoseconds_of_throttling_are_told_as_a_share_of_the_time(tmp_path: Path) -> None:
    series = {
        'DCGM_FI_DEV_THERMAL_VIOLATION{gpu="0"}': "0+6000000000x10",  # 6 s of each minute
        'DCGM_FI_DEV_THERMAL_VIOLATION{gpu="1"}': "0+600000000x10",
    }
    gives(tmp_path, "gpu-thermal-violation", series, {'{gpu="0"}': 0.1})
