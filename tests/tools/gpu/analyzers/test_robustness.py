"""No object, however odd, makes an analyzer fail: one would hide the faults of all others."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings

from clusterwright.tools.analyze import group
from clusterwright.tools.analyzer import Fulfilled, LogRequest, ReadRequest
from clusterwright.tools.gpu.analyzers import ANALYZERS
from clusterwright.tools.gpu.analyzers.joins import joins
from clusterwright.tools.gpu.analyzers.operator_state import under_way
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.kubernetes.brief import brief
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.quotation import marked
from tests.tools.gpu.analyzers import test_claims as claims
from tests.tools.gpu.analyzers import test_queues as queues
from tests.tools.gpu.analyzers import test_rejected as rejected
from tests.tools.gpu.analyzers.estates import condition, waiting
from tests.tools.gpu.analyzers.test_funnel import crashing
from tests.tools.gpu.funnel.fleet import NOW, Fleet, amd, user_pod
from tests.tools.kubernetes.analyzers.test_robustness import CHANGES, spoil


def everything() -> dict[str, list[Manifest]]:
    """Some of all that analyzers read, with much that is wrong in it."""
    fleets = [
        *(crashing(), amd(), rejected.mixed("570.124.06"), rejected.exporter()),
        claims.by_dra(
            claims.pod(),
            claims.claim(deviceClassName="gpu.nvidia.org"),
            claims.slice_(claims.device("gpu-0", taints=[claims.XID])),
        ),
        *(queues.kai(queues.kai_group("OverLimit", "no")), queues.volcano("Closed")),
        queues.kueue(queues.workload(queues.reserved("NoMatchingFlavor"))),
        rejected.with_runtime_classes(rejected.replica_set("nvidai")),
    ]
    whole = Fleet()
    for i, one in enumerate(fleets):
        told = json.dumps(one.objects).replace("gpu-1", f"gpu-{i + 1}")
        for kind, objects in json.loads(told).items():
            whole.objects.setdefault(kind, []).extend(objects)
    whole.add(
        rejected.turned_away("TopologyAffinityError"),
        *(claims.domain(), claims.member(), claims.given("gpu-0")),
        rejected.operator_pod({"app": "gpu-operator"}),
        *(waiting(asks={"nvidia.com/mig-2g.20gb": "1"}), user_pod("busy", nvidia_gpu="8")),
        waiting("p", nodeSelector={"nvidia.com/gpu.product": "B200"}),
    )
    policy = whole.objects["ClusterPolicy.nvidia.com"][0]
    policy["status"] = {"state": "notReady", "conditions": [condition("Error", "True", "X", "y")]}
    return whole.objects


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=CHANGES)
def test_odd_objects_break_no_analyzer(changes: list[tuple[int, Any]]) -> None:
    objects = deepcopy(everything())
    spoil(objects, changes)
    estate = Estate("test", NOW, objects)
    told = list(under_way(estate))
    for analyzer in ANALYZERS:
        found = group(analyzer.detect(estate))
        for one in found:
            logs = {r: ("x" * 900, "Xid") for r in one.requests if isinstance(r, LogRequest)}
            again = {r: told[0] if told else None for r in one.requests[:1]
                     if isinstance(r, ReadRequest)}  # fmt: skip
            for fulfilled in (Fulfilled(), Fulfilled(logs=logs), Fulfilled(objects=again)):
                finding = analyzer.refine(one, fulfilled)
                if finding is not None:
                    brief(marked(finding)).model_dump(mode="json")
        joins(estate, [one.finding for one in found])


def test_every_family_is_in_what_is_spoiled() -> None:
    estate = Estate("test", NOW, everything())
    told = {one.finding.code for each in ANALYZERS for one in each.detect(estate)}
    silent = [each.name for each in ANALYZERS if told.isdisjoint(each.codes)]
    assert silent == ["false-ready", "driver-conflict"], "which have no findings beside the others"
