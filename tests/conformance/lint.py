"""The inspector's strict lint of what `tools/list` sends: schemas that every host understands."""

import json
from typing import Any

from tests.conformance.node import program, run


def findings(url: str, era: str) -> list[str]:
    """Return what the lint has to say, errors and warnings alike; nothing is what we want."""
    protocol = "modern" if era >= "2026" else "legacy"
    done = run(
        [
            *program("inspector", "--cli", "--server-url", url, "--transport", "http"),
            *("--protocol-era", protocol, "--method", "tools/list", "--strict"),
            *("--format", "json"),
        ]
    )
    try:
        said: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError:
        return [f"the inspector ended with {done.returncode}: {done.stderr.strip()}"]
    if not said["result"]["tools"]:
        return ["the inspector saw no tools"]
    return [
        f"{tool['toolName']}: {one['path']}: {one['issue']}"
        for tool in said.get("schemaFindings", [])
        for one in tool["findings"]
    ]
