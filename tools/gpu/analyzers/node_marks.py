"""What annotations and labels of a node tell of known faults: HAMi's handshake, a driver's defect.

Sources: Project-HAMi/HAMi v2.10, pkg/scheduler (the handshake: the scheduler writes Requesting_,
the plugin answers Reported, and after 60 s without an answer it is Deleted_); NVIDIA/
k8s-device-plugin issue 1361 (devices of GPUs that are not split are lost beside split ones).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import Edge, Finding
from clusterwright.tools.gpu.analyzers.about import (
    Cure,
    about,
    edges,
    label,
    of_machine,
    shown,
)
from clusterwright.tools.gpu.analyzers.waiting import waiting
from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.manifest import strings
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

STALE, REGRESSION = "gpu/handshake-stale", "gpu/driver-regression"
_HANDSHAKE = re.compile(r"hami\.io/node-handshake(?:-[\w.-]{1,40})?")
_DELETED = re.compile(r"Deleted_")
_REQUESTED = re.compile(r"Requesting_(\d{4})[.-](\d\d)[.-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_SURELY = timedelta(hours=26)
"""The handshake has the time of a clock whose zone it does not tell."""
_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?\Z")
_BAD_FROM, _BAD_TO, _GOOD = (570, 124, 6), (570, 158, 1), "570.86.15"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for node in estate.of_kind("Node"):
        for key, value in strings(node, "metadata", "annotations").items():
            if _HANDSHAKE.fullmatch(key) and _is_stale(value, estate.now):
                device = key.removeprefix("hami.io/node-handshake").lstrip("-") or "nvidia"
                finding = about(
                    STALE,
                    Ref.of(node),
                    f"HAMi gives out no {word(device)} device of it: its device plugin has stopped"
                    " answering",
                    (shown(node, f"$.metadata.annotations['{key}']", value),),
                    Cure("See the pod of HAMi's device plugin on the node, and its log"),
                    relations=tuple(of_machine(node)),
                )
                yield Suspicion(finding, (ReadRequest(Ref.of(node)),))
    yield from _regressions(estate)


def _is_stale(value: str, now: datetime) -> bool:
    if _DELETED.match(value):
        return True
    asked = _REQUESTED.match(value)
    if asked is None:
        return False
    try:
        year, month, day, hour, minute, second = map(int, asked.groups())
        when = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return False
    return now - when > _SURELY


def _regressions(estate: Estate) -> Iterator[Suspicion]:
    for node in estate.nodes:
        version = _driver(node)
        parts = any("/mig-" in key and n for key, n in node.capacity.items())
        if version is None or not _BAD_FROM <= version <= _BAD_TO or not parts:
            continue
        if node.mig_strategy != "mixed" or node.allocatable.get("nvidia.com/gpu", 0):
            continue
        wants = [
            one.case.subject
            for one in waiting(estate)
            if "nvidia.com/gpu" in one.asked and any(n.ref == node.ref for n in one.open)
        ]
        if not wants or node.mig_config.startswith("all-"):
            continue  # where all are split on purpose, no whole one is missing
        spelled = ".".join(str(part) for part in version)
        finding = about(
            REGRESSION,
            node.ref,
            f"Driver {spelled} loses whole GPUs beside split ones, and pods wait for whole ones",
            (
                label(node.manifest, "nvidia.com/cuda.driver-version.full"),
                shown(node.manifest, "$.status.allocatable['nvidia.com/gpu']", "0"),
            ),
            Cure(f"Go to driver {_GOOD}, or to one after {'.'.join(map(str, _BAD_TO))}"),
            relations=(*edges(wants, Edge.REQUESTS, node.ref), *of_machine(node.manifest)),
            concluded=True,
        )
        yield Suspicion(finding, (ReadRequest(node.ref),))


def _driver(node: GpuNode) -> tuple[int, int, int] | None:
    """Return the version of a node's driver, where GPU feature discovery has labelled it."""
    parts = [
        node.labels.get(f"nvidia.com/cuda.driver-version.{part}", "")
        for part in ("major", "minor", "revision")
    ]
    spelled = node.labels.get("nvidia.com/cuda.driver-version.full") or ".".join(parts)
    found = _VERSION.match(spelled.rstrip("."))
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop the finding if the node is gone, or its plugin answers again."""
    for request, found in fulfilled.objects.items():
        if request not in suspicion.requests:
            continue
        if found is None:
            return None
        marks = strings(found, "metadata", "annotations").items()
        stale = any(
            _HANDSHAKE.fullmatch(key) and not value.startswith("Rep") for key, value in marks
        )
        if suspicion.finding.code == STALE and not stale:
            return None
    return suspicion.finding


NODE_MARKS = Analyzer("node-marks", (STALE, REGRESSION), ("Node", "Pod"), _detect, _refine)
