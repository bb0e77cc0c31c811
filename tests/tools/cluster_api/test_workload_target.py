"""Workload clusters as targets: what names one, and which kubeconfigs are not taken."""

import base64
import json

import pytest

from clusterwright.tools.errors import InvalidInputError, RefusedError, UnauthenticatedError
from clusterwright.tools.kubernetes.client.workload import Target, dial
from clusterwright.tools.manifest import Json, Manifest

pytestmark = pytest.mark.anyio
TARGET = Target("", "default", "train")


@pytest.mark.parametrize(
    ("spelled", "context", "namespace", "name"),
    [
        ("capi:default/train", "", "default", "train"),
        ("capi:prod/default/train", "prod", "default", "train"),
        (
            "capi:arn:aws:eks:x:cluster/a/default/train",
            "arn:aws:eks:x:cluster/a",
            "default",
            "train",
        ),
    ],
)
async def test_a_target_is_read_from_the_right(
    spelled: str, context: str, namespace: str, name: str
) -> None:
    assert Target.parse(spelled) == Target(context, namespace, name)


@pytest.mark.parametrize(
    "spelled", ["capi:", "capi:train", "capi:UPPER/train", "capi:a/..", "capi:a/"]
)
async def test_what_names_no_cluster_is_an_error(spelled: str) -> None:
    with pytest.raises(InvalidInputError):
        Target.parse(spelled)


def kubeconfig(user: Json = None, cluster: Json = None) -> str:
    content: Manifest = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "clusters": [{"name": "a", "cluster": {"server": "https://a.test", **(cluster or {})}}],
        "users": [{"name": "a", "user": user or {"token": "t"}}],
    }
    return json.dumps(content)


@pytest.mark.parametrize(
    "odd",
    [
        {"user": {"exec": {"command": "/bin/sh", "apiVersion": "client.authentication.k8s.io/v1"}}},
        {"user": {"auth-provider": {"name": "gcp"}}},
        {"user": {"tokenFile": "/etc/passwd"}},
        {"user": {"client-certificate": "/a", "client-key": "/b"}},
        {"user": {"token": "t", "as": "system:admin"}},
        {"cluster": {"proxy-url": "http://evil.test"}},
        {"cluster": {"certificate-authority": "/etc/passwd"}},
    ],
)
async def test_a_kubeconfig_that_leads_outside_itself_is_refused(odd: Manifest) -> None:
    with pytest.raises(RefusedError):
        await dial(kubeconfig(**odd), TARGET, "capi:default/train")


@pytest.mark.parametrize(
    "content",
    ["", "[]", ": :", "a" * 300_000, "a: 2026-13-45", "[" * 9_000, base64.b64encode(b"x").decode()],
)
async def test_a_kubeconfig_that_is_none_is_an_error_that_names_its_secret(content: str) -> None:
    with pytest.raises(UnauthenticatedError) as raised:
        await dial(content, TARGET, "capi:default/train")
    assert "train-kubeconfig" in raised.value.hint or "current" in str(raised.value)


async def test_a_kubeconfig_that_carries_everything_is_taken() -> None:
    connection = await dial(kubeconfig(), TARGET, "capi:default/train")
    assert connection.cluster == "capi:default/train"
    await connection.aclose()
