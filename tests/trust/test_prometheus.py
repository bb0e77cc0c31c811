"""Nothing that others wrote into metrics, rules, alerts and silences passes for our word.

And no secret among it comes out, of whichever tool, however it is asked.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import yaml
from mcp import Client
from mcp_types import TextContent

from clusterwright.deploy.sandbox import Instance
from clusterwright.servers.prometheus import create_server
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus import PLAN_CHANGE, TOOLS
from tests.tools.prometheus.changes.place import configure
from tests.tools.prometheus.changes.processes import program
from tests.trust.canary import Watch
from tests.trust.injections import INJECTIONS
from tests.trust.planted_metrics import SECRETS, Planted, planted, rules
from tests.trust.test_injections import check

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]
WATCH = Watch(SECRETS)
MOTTOS = (
    "shop_motto",
    "shop_logins_total",
    '{__name__=~"shop_told_.*"}',
    '{__name__=~"shop .*"}',
    "ALERTS",
)
RULE: Manifest = {"alert": "CartDown", "expr": "shop_motto > 0", "labels": {"severity": "page"}}
_DIFF = re.compile(r"^   (?:[+-] .*|\S+: .* -> .*)$", re.MULTILINE)
"""What a plan changes, old and new, is shown as it is."""
FILE: Manifest = {"object": "ConfigMap/default/hostile-rules", "file": "rules.yaml"}
CALLS: dict[str, list[Manifest]] = {
    "prom_alerts": [
        {},
        {"limit": 100},
        *({"state": one} for one in ("firing", "pending", "silenced", "inhibited", "muted")),
        {"alert": f"{INJECTIONS[0].written[:60]} 0"},
    ],
    "prom_cardinality": [
        *({"by": one} for one in ("all", "metric", "label", "job")),
        {"metric": "shop_motto"},
        {"metric": "shop_logins_total"},
    ],
    "prom_costs": [{"by": one} for one in ("namespace", "workload", "node", "gpu")],
    "prom_explain_query": [
        {"query": one}
        for one in (*MOTTOS, 'shop_motto{motto="x"}', "shop_mott", "shop_logins_total{note='y'}")
    ],
    "prom_find_problems": [{}, {"limit": 100}, {"namespace": "default", "limit": 100}],
    "prom_query": [
        *({"query": one} for one in MOTTOS),
        *({"query": one, "start": "1m", "top": 100} for one in MOTTOS),
        *({"query": one, "start": "1m", "points": True} for one in MOTTOS),
        {"query": "label_replace(shop_motto, 'motto', 'x', '', '')"},
        {"query": "topk(3, shop_logins_total)"},
    ],
    "prom_rules": [{}, {"state": "all", "limit": 100}, {"name": "shop:twice"}],
    "prom_search_metrics": [
        *({"search": one, "limit": 50} for one in ("shop", "motto", "logins", "open", "told")),
        {},
    ],
    "prom_signals": [{"target": "Namespace/default"}, {"target": "Service/default/kubernetes"}],
    "prom_targets": [
        {},
        *({"state": one, "limit": 100} for one in ("problems", "dropped", "all")),
        {"job": "broken-3"},
    ],
    "prom_plan_change": [
        {"changes": [change]}
        for change in (
            *({"kind": "silence", "matchers": [f"alertname=~{name}"], "duration": "1h",
               "reason": "a move of the shop"} for name in ("Ignore.*", "Dear.*", "Nothing")),
            {"kind": "expire_silence", "silence": "none"},
            {"kind": "create_rule", "object": "ConfigMap/default/none", "file": "a", "group": "a",
             "rule": RULE},
            *({**FILE, "kind": "edit_rule", "group": one, "rule": RULE}
              for one in ("none", INJECTIONS[14].written)),
            {**FILE, "kind": "create_rule", "group": INJECTIONS[14].written, "rule": RULE},
            *({**FILE, "kind": "edit_rule", "group": INJECTIONS[14].written, "rule":
               {"alert": f"{INJECTIONS[number].written[:60]} {number}", "for": "1m"}}
              for number in (0, 1, 2, 4, 8)),
        )
    ],
}  # fmt: skip
"""By tool, all that it is asked; a tool that is not here fails a test."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    with planted(tmp_path_factory.mktemp("planted")) as found:
        yield found


@pytest.fixture
async def client(
    sandbox: Instance, written: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    configure(
        tmp_path / "config",
        cluster=sandbox.context,
        url=written.prometheus,
        alertmanager_url=written.alertmanager.url,
    )
    monkeypatch.setenv("CLUSTERWRIGHT_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("CLUSTERWRIGHT_PROMTOOL", str(program("promtool")))
    async with Client(create_server(kubeconfig=sandbox.kubeconfig)) as opened:
        yield opened


async def answers(
    client: Client, tool: str, asked: Manifest
) -> AsyncIterator[tuple[str, Manifest]]:
    """Yield text and data of an answer, and of all its further pages."""
    cursor: str | None = ""
    while cursor is not None:
        arguments = {**asked, "cursor": cursor} if cursor else asked
        result = await client.call_tool(tool, arguments)
        (content,) = result.content
        assert isinstance(content, TextContent)
        data: Manifest = result.structured_content or {}
        yield content.text, data
        cursor = data.get("next_cursor") or None


@pytest.fixture(scope="module", autouse=True)
def kept(sandbox: Instance) -> Iterator[None]:
    """Keep the rules in an object as well, as an operator's sidecar would read them."""
    data = {"rules.yaml": yaml.safe_dump(rules())}
    one = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "hostile-rules"}}
    sandbox.kubectl("create", "-n", "default", "-f", "-", stdin=json.dumps({**one, "data": data}))
    yield
    sandbox.kubectl("delete", "configmap", "hostile-rules", "-n", "default")


async def test_a_silence_of_others_is_ended_without_taking_its_word(
    client: Client, written: Planted
) -> None:
    ids = [one["id"] for one in written.alertmanager.active()]
    assert len(ids) == len(INJECTIONS)
    for start in range(0, len(ids), 10):
        asked = [{"kind": "expire_silence", "silence": one} for one in ids[start : start + 10]]
        result = await client.call_tool("prom_plan_change", {"changes": asked})
        assert not result.is_error, result.content
        (content,) = result.content
        assert isinstance(content, TextContent)
        assert WATCH.leaks(content.text) == {}
        for one in INJECTIONS:
            check("expire_silence", content.text, result.structured_content or {}, one)


async def test_every_tool_has_calls_here() -> None:
    assert {one.name for one in (*TOOLS, PLAN_CHANGE)} == set(CALLS)


@pytest.mark.parametrize("tool", CALLS)
async def test_no_secret_comes_out_and_what_others_wrote_is_marked(
    client: Client, tool: str
) -> None:
    found: dict[str, str] = {}
    for asked in CALLS[tool]:
        async for text, data in answers(client, tool, asked):
            found |= WATCH.leaks(text + json.dumps(data, ensure_ascii=False))
            told = text if tool != "prom_plan_change" else _DIFF.sub("", text)
            for one in INJECTIONS:
                check(f"{tool} {asked}", told, data, one)
    assert found == {}
