"""An MCP server on stdio or a port that answers as told: healthy, broken, partial, paged."""

import sys

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel

from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.ref import Ref

server = MCPServer("problems")


class Answer(BaseModel):
    cluster: str
    findings: list[Finding]
    coverage: Coverage
    next_cursor: str | None = None


def finding(namespace: str, name: str) -> Finding:
    ref = Ref("Deployment", name, namespace)
    return Finding(
        code="pod/image-not-found",
        severity=Severity.WARNING,
        subject=ref,
        title=f"image of {name} does not exist",
        evidence=(FieldEvidence(ref=ref, path="$.spec.image", value="x:1"),),
    )


@server.tool()
async def k8s_find_problems(
    namespace: str | None = None, cluster: str | None = None, cursor: str | None = None
) -> Answer:
    """Answer as the command line says."""
    where, name = namespace or "shop", cluster or "dev"
    coverage = Coverage(checked={"Pod": 7})
    match sys.argv[1]:
        case "healthy":
            return Answer(cluster=name, findings=[], coverage=coverage)
        case "partial":
            gaps = (Gap(what="Secret", reason="forbidden"),)
            partial = coverage.model_copy(update={"gaps": gaps})
            return Answer(cluster=name, findings=[], coverage=partial)
        case "forbidden":
            nothing = Coverage(gaps=(Gap(what="Pod", reason="forbidden"),))
            return Answer(cluster=name, findings=[], coverage=nothing)
        case "paged":
            page = int(cursor or 0)
            found = [finding(where, f"d{page}")]
            after = str(page + 1) if page < 2 else None
            return Answer(cluster=name, findings=found, coverage=coverage, next_cursor=after)
        case "unreachable":
            raise ToolError("[unreachable] no answer from 127.0.0.1:1. Hint: start the cluster")
        case _:
            return Answer(cluster=name, findings=[finding(where, "cart")], coverage=coverage)


if __name__ == "__main__":
    if sys.argv[2:]:
        server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[2]))
    else:
        server.run()
