"""Configurations of the device plugin: what they say of sharing."""

import pytest

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.gpu.changes.sharing_config import MPS, TIME_SLICING, Sharing, sharing_of

GPU = "nvidia.com/gpu"
_RESOURCES = "resources: [{name: nvidia.com/gpu, replicas: 4}]"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", Sharing()),
        ("version: v1", Sharing()),
        ("sharing: {timeSlicing: {resources: [{name: nvidia.com/gpu, replicas: 1}]}}", Sharing()),
        ("sharing: {timeSlicing: {resources: many}}", Sharing()),
        ("sharing: {timeSlicing: {resources: [{name: cpu, replicas: 4}]}}", Sharing()),
        (f"sharing: {{timeSlicing: {{{_RESOURCES}}}}}", Sharing(TIME_SLICING, {GPU: 4})),
        (
            f"sharing: {{timeSlicing: {{renameByDefault: true, {_RESOURCES}}}}}",
            Sharing(TIME_SLICING, {GPU: 4}, renamed=True),
        ),
        (f"sharing: {{mps: {{{_RESOURCES}}}}}", Sharing(MPS, {GPU: 4}, one_each=True)),
    ],
)
def test_it_says_how_many_share_what(content: str, expected: Sharing) -> None:
    assert sharing_of(content, "it") == expected


def test_what_is_renamed_is_advertised_so() -> None:
    renamed = Sharing(TIME_SLICING, {GPU: 4}, renamed=True)
    assert renamed.advertised(GPU) == "nvidia.com/gpu.shared"
    assert renamed.advertised("nvidia.com/mig-1g.10gb") == "nvidia.com/mig-1g.10gb"
    assert renamed.line() == "time-slicing: 4 pods on each nvidia.com/gpu"
    assert Sharing().line() == "one pod on each device"


@pytest.mark.parametrize("content", ["a: [", "[1]", "word", "x" * 500_001])
def test_what_the_plugin_could_not_read_is_refused(content: str) -> None:
    with pytest.raises(RefusedError):
        sharing_of(content, "it")
