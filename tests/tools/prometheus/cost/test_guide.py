"""The guide to costs: its example of prices is one, and every kind of waste is in it."""

import re
import textwrap
from pathlib import Path

import yaml

from clusterwright.tools.prometheus.cost.waste import Kind
from clusterwright.tools.prometheus.settings import PrometheusFile

GUIDE = (Path(__file__).parents[4] / "docs/guides/costs.md").read_text(encoding="utf-8")


def test_the_example_of_prices_can_be_copied() -> None:
    example = re.search(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    assert example
    prices = PrometheusFile.model_validate(yaml.safe_load(textwrap.dedent(example[1]))).prices
    assert prices.gpu
    assert prices.cpu_core_hour > 0


def test_every_kind_of_waste_is_told() -> None:
    assert all(kind.value in GUIDE for kind in Kind)
