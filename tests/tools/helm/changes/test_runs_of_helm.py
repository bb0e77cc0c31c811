"""What a run of helm is given, what it may not get past, and what is believed of its end."""

import os
from pathlib import Path

import anyio
import pytest

from tests.tools.helm.changes.charts import LOGIN, web
from tests.tools.helm.changes.place import Place

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]

_SECRET, _NEW = "opal-heron-4411", "opal-heron-5522"
_REFUSING = '{{ if eq .Values.level "odd" }}{{ fail (printf "not %s" .Values.password) }}{{ end }}'


def acting(place: Place, monkeypatch: pytest.MonkeyPatch, real: Path, write: str) -> None:
    """Have something else done where helm would write; it renders as ever."""
    script = place.state.parent / "acting"
    read = f'case "$*" in *--dry-run*|version*|package*) exec {real} "$@";; esac'
    script.write_text(f"#!/bin/bash\n{read}\n{write}\n")
    script.chmod(0o700)
    monkeypatch.setenv("CLUSTERWRIGHT_HELM", str(script))


async def test_another_archive_than_the_one_that_was_approved_is_not_installed(
    place: Place, monkeypatch: pytest.MonkeyPatch, helm_path: Path
) -> None:
    folder = place.state.parent / "other"
    other = web(place.workshop, other="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n")
    await anyio.run_process([helm_path, "package", other, "-d", folder])
    (other / "templates" / "other.yaml").unlink()
    kept = Path(os.environ["CLUSTERWRIGHT_CACHE_DIR"]) / "helm" / "charts"
    swap = f"for one in {kept}/*/*.tgz; do cp {folder}/*.tgz $one; done"
    acting(place, monkeypatch, helm_path, f'{swap}\nexec {helm_path} "$@"')
    async with place.session() as session:
        await session.done(
            {"kind": "install", "release": place.named("cart"), "chart": "shelf/web"}
        )
    assert "/other" not in place.workshop.kubectl("get", "configmap", "-o", "name")


async def test_a_helm_that_does_nothing_is_not_believed(
    place: Place, monkeypatch: pytest.MonkeyPatch, helm_path: Path
) -> None:
    place.workshop.helm("install", "cart", web(place.workshop))
    acting(place, monkeypatch, helm_path, "exit 0")
    async with place.session() as session:
        plan, _ = await session.plan({"kind": "uninstall", "release": place.named("cart")})
        state, told = await session.apply(plan)
    assert state == "refused"
    assert "told of success, and left" in told


@pytest.mark.parametrize("answer", ["null", "[1]", "{}", '{"name": "other"}'])
async def test_an_answer_that_is_not_the_release_is_not_taken_for_a_rendering(
    place: Place, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    place.workshop.helm("install", "cart", web(place.workshop))
    script = place.state.parent / "answering"
    script.write_text(f"#!/bin/bash\n[[ $1 = version ]] && echo v4.9.9 || echo '{answer}'\n")
    script.chmod(0o700)
    monkeypatch.setenv("CLUSTERWRIGHT_HELM", str(script))
    async with place.session() as session:
        plan, told = await session.plan({"kind": "upgrade", "release": place.named("cart")})
    assert not plan
    assert "did not answer with HelmRelease/" in told


async def test_of_two_plans_for_one_revision_one_is_carried_out(place: Place) -> None:
    place.workshop.helm("install", "cart", web(place.workshop))
    states: list[str] = []
    async with place.session() as session:

        async def apply(plan: str) -> None:
            states.append((await session.apply(plan))[0])

        plans = [
            (await session.plan({"kind": "upgrade", "release": place.named("cart"), **values}))[0]
            for values in ({"values": {"level": "warn"}}, {"values": {"level": "debug"}})
        ]
        async with anyio.create_task_group() as tasks:
            for plan in plans:
                tasks.start_soon(apply, plan)
    assert states.count("applied") == 1, states
    assert set(states) <= {"applied", "refused", "error"}
    records = place.workshop.kubectl("get", "secret", "-l", "owner=helm", "-o", "name")
    assert len(records.split()) == 2


async def test_a_secret_in_the_words_of_a_template_or_of_helm_is_not_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, helm_path: Path
) -> None:
    chart = web(place.workshop, login=LOGIN, refusing=_REFUSING)
    place.workshop.helm("install", "cart", chart, "--set", f"password={_SECRET}")
    upgrade = {"kind": "upgrade", "release": place.named("cart")}
    said: list[str] = []
    said_by_helm = f'echo "Error: UPGRADE FAILED: not {_SECRET} nor {_NEW}" >&2; exit 1'
    async with place.session() as session:
        for values in ({"level": "odd"}, {"level": "odd", "password": _NEW}):
            said.append((await session.plan({**upgrade, "values": values}))[1])
            assert "not [redacted]" in said[-1]
        for write in (said_by_helm, f'{helm_path} "$@"; {said_by_helm}'):
            acting(place, monkeypatch, helm_path, write)
            plan, _ = await session.plan({**upgrade, "values": {"password": _NEW}})
            said.append((await session.apply(plan))[1])
            assert "not [redacted] nor [redacted]" in said[-1]
    said.append((place.state / "audit.jsonl").read_text())
    assert not [one for one in said if _SECRET in one or _NEW in one]
