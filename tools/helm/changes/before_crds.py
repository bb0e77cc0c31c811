"""Render a chart whose own CRDs are not on the cluster yet, so that Helm cannot ask it to.

Helm installs what is in `crds/` first and renders then; its dry run does not, and fails on the
first object of such a kind. So helm renders apart from the cluster, told what will be served.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import yaml

from clusterwright.tools.helm.charts.rendering import Served
from clusterwright.tools.helm.objects import parse
from clusterwright.tools.helm.record import Release
from clusterwright.tools.manifest import Manifest, items, mapping, name_of, text
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_HOOK, _POLICY, _WEIGHT = "helm.sh/hook", "helm.sh/hook-delete-policy", "helm.sh/hook-weight"


async def brings_kinds(connection: "Connection", crds: Iterable[Manifest]) -> bool:
    """Return whether a chart has a CRD whose kind the cluster does not serve."""
    served = await connection.apis()
    return not served.issuperset(_kinds(crds))


async def flags(connection: "Connection", crds: Iterable[Manifest]) -> tuple[str, ...]:
    """Return the flags that tell `helm template` what the cluster will serve."""
    served = Served(await connection.version(), await connection.apis() | frozenset(_kinds(crds)))
    names = ",".join(sorted(served.names))
    return (f"--kube-version={served.version}", f"--api-versions={names}", "--skip-tests")


def release_of(release: Ref, values: Manifest, rendered: str) -> Release:
    """Return a first revision of what was rendered, as a record has it, without the chart."""
    parsed = [one for _, one in parse(rendered)]
    return Release(
        {
            "name": release.name,
            "namespace": release.namespace,
            "version": 1,
            "config": values,
            "manifest": _documents(one for one in parsed if not _events(one)),
            "hooks": [_hook(one) for one in parsed if _events(one)],
            "apply_method": "ssa",
        }
    )


def _kinds(crds: Iterable[Manifest]) -> Iterator[tuple[str, str, str]]:
    for one in crds:
        for version in items(one, "spec", "versions"):
            kind = text(one, "spec", "names", "kind")
            yield text(one, "spec", "group"), text(version, "name"), kind


def _hook(one: Manifest) -> Manifest:
    weight = text(_annotations(one), _WEIGHT)
    return {
        "name": name_of(one),
        "kind": text(one, "kind"),
        "events": _events(one),
        "weight": int(weight) if weight.lstrip("-").isdecimal() else 0,
        "delete_policies": _words(text(_annotations(one), _POLICY)),
        "manifest": _documents([one]),
    }


def _events(one: Manifest) -> list[str]:
    return _words(text(_annotations(one), _HOOK))


def _annotations(one: Manifest) -> Manifest:
    return mapping(one, "metadata", "annotations")


def _words(spelled: str) -> list[str]:
    return [word.strip() for word in spelled.split(",") if word.strip()]


def _documents(manifests: Iterable[Manifest]) -> str:
    return "---\n".join(yaml.safe_dump(one, allow_unicode=True) for one in manifests)
