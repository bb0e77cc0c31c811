"""A program that speaks just enough of MCP to be wrong, or hostile, in the way it is told."""

import json
import sys
from typing import Any

CALL_ANSWERS: dict[str, Any] = {
    "content is a number": {"content": 3},
    "no structured content": {"content": [{"type": "text", "text": "hi"}]},
    "endless error": {
        "isError": True,
        "content": [{"type": "text", "text": "\x1b[31mred\u202e " + "x" * 100_000}],
    },
    "escapes": {
        "content": [],
        "structuredContent": {
            "cluster": "\x1b]0;owned\x07dev",
            "findings": [],
            "coverage": {"checked": {"Pod\x1b[2J": 1}},
        },
    },
}


def answer(mode: str, method: str, version: str) -> object:
    """Return the result of a request."""
    if mode == "every answer is nonsense":
        return {"nonsense": 1}
    match method:
        case "initialize":
            about = {"name": "raw", "version": "1"}
            return {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": about}
        case "tools/list" if mode == "the list is a number":
            return {"tools": 3}
        case "tools/list":
            tool = {"name": "x_find_problems", "inputSchema": {"type": "object"}}
            return {"tools": [tool]}
        case "tools/call" if mode == "no JSON, then the end":
            sys.stdout.write("\x00 this is no JSON\n")
            sys.stdout.flush()
            sys.exit(0)
        case "tools/call":
            return CALL_ANSWERS[mode]
        case _:
            return None


def main(mode: str) -> None:
    """Answer line by line."""
    for line in sys.stdin:
        request = json.loads(line)
        if "id" not in request:
            continue
        version = request.get("params", {}).get("protocolVersion", "")
        result = answer(mode, request["method"], version)
        told = {"result": result} if result else {"error": {"code": -32601, "message": "no"}}
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": request["id"], **told}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
