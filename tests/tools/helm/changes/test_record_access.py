"""A credential that may change objects, and not the records of releases."""

from pathlib import Path

import pytest

from tests.servers.kubeconfigs import edited
from tests.tools.helm.changes.charts import web
from tests.tools.helm.changes.place import Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]

_READ = ["get", "list", "watch"]
_ALL = [*_READ, "create", "update", "patch", "delete"]
_OBJECTS = ["deployments", "replicasets", "pods", "services", "configmaps"]


def account(place: Place, secrets: list[str]) -> Path:
    """Return a kubeconfig of an account that may write objects, and do this with Secrets."""
    workshop, folder = place.workshop, place.state.parent / "account"
    folder.mkdir()
    rules = [{"apiGroups": ["", "apps"], "resources": _OBJECTS, "verbs": _ALL}]
    rules += [{"apiGroups": [""], "resources": ["secrets"], "verbs": secrets}] if secrets else []
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": rules}
    workshop.create({**role, "metadata": {"name": "writer"}})
    workshop.kubectl("create", "serviceaccount", "writer")
    bound = f"--serviceaccount={workshop.namespace}:writer"
    workshop.kubectl("create", "rolebinding", "writer", "--role=writer", bound)
    token = workshop.kubectl("create", "token", "writer").strip()
    return edited(workshop.sandbox, folder, user={"token": token})


async def test_nothing_is_planned_whose_record_could_not_be_written(place: Place) -> None:
    place.workshop.helm("install", "cart", web(place.workshop))
    cart = {"release": place.named("cart")}
    async with place.session(account(place, _READ)) as session:
        for change in (
            {"kind": "upgrade", "values": {"level": "warn"}, **cart},
            {"kind": "uninstall", **cart},
            {"kind": "install", "release": place.named("new"), "chart": "shelf/web"},
        ):
            plan, told = await session.plan(change)
            assert not plan
            assert "helm could not keep the record" in told


async def test_a_release_that_cannot_be_seen_is_not_said_to_be_absent(place: Place) -> None:
    place.workshop.helm("install", "cart", web(place.workshop))
    async with place.session(account(place, [])) as session:
        plan, told = await session.plan({"kind": "uninstall", "release": place.named("cart")})
    assert not plan
    assert "nobody can tell here whether there is a HelmRelease" in told
