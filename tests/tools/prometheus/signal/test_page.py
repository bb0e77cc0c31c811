"""The guide to signals names what is really asked."""

from pathlib import Path

from clusterwright.tools.prometheus.signal.all import CANDIDATES
from clusterwright.tools.prometheus.signal.page import table

GUIDE = Path(__file__).parents[4] / "docs/guides/signals.md"


def test_the_guide_has_the_table_of_what_is_used() -> None:
    assert table() in GUIDE.read_text(encoding="utf-8")


def test_every_number_and_its_first_metric_are_in_the_table() -> None:
    for one in CANDIDATES:
        assert one.needs[0].removesuffix("_bucket") in table()
        assert one.slot in table()
