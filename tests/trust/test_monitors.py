"""Monitors are written by whoever may write in a namespace: what they spell stays data."""

import json

import pytest

from clusterwright.tools.manifest import Manifest
from clusterwright.tools.neutral import neutral
from clusterwright.tools.quotation import marked
from tests.tools.prometheus.analyzers.test_monitors import monitor, place, service, slice_
from tests.trust.injections import INJECTIONS, Injection
from tests.trust.test_injections import check

EACH = pytest.mark.parametrize("one", INJECTIONS, ids=lambda one: one.name)


def told(objects: tuple[Manifest, ...], one: Injection) -> None:
    for found in place(*objects).findings():
        finding = marked(found)
        check("title", neutral(finding.title), {}, one)
        assert one.token not in json.dumps(finding.fixes)
        for remedy in finding.remedies:
            check("remedy", neutral(remedy.say), {}, one)


@EACH
def test_a_selector_that_nothing_has_is_quoted(one: Injection) -> None:
    told((monitor({"app": one.written}), service(), slice_("10.0.0.1")), one)
    told((monitor({"app": "cart", "tier": one.written}), service(), slice_("10.0.0.1")), one)
    told((monitor({one.written: "x"}), service(), slice_("10.0.0.1")), one)


@EACH
def test_a_port_that_nothing_has_is_quoted(one: Injection) -> None:
    told((monitor(port=one.written), service(), slice_("10.0.0.1")), one)
