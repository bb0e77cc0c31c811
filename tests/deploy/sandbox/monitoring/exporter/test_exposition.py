"""Text that Prometheus can scrape, whatever stands in labels."""

import math
import subprocess

from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition, labelled
from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.report import SilentReport


def test_families_stand_together_under_their_type() -> None:
    out = Exposition()
    out.add("a_total", labelled(pod="x"), 1, "counter")
    out.add("b", "", 0.5)
    out.add("a_total", labelled(pod="y", empty=""), 2e9, "counter")
    assert out.text().splitlines() == [
        "# TYPE a_total counter",
        'a_total{pod="x"} 1',
        'a_total{pod="y"} 2000000000',
        "# TYPE b gauge",
        "b 0.5",
    ]


def test_what_is_exposed_can_be_parsed_whatever_labels_hold() -> None:
    out = Exposition()
    out.add("odd", labelled(text='a "quoted" \\ word\nand a line', other="}{,="), math.inf)
    out.choice("state", labelled(pod="x"), "phase", {"Running": True, "Failed": False})
    out.histogram("seconds", "", {"0.1": 1, "+Inf": 2}, 0.7)
    promtool = ensure_binaries(["promtool"], SilentReport())["promtool"]
    done = subprocess.run(
        [promtool, "check", "metrics"],
        input=out.text(),
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = (done.stdout + done.stderr).splitlines()
    assert [one for one in complaints if "no help text" not in one] == []
