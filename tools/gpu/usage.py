"""The tool that tells how GPUs are used by those who have them."""

from importlib import import_module
from typing import Annotated

from anyio import to_thread
from pydantic import Field

from clusterwright.tools.cursor import Cursor, decode, foreign, question
from clusterwright.tools.errors import (
    ForbiddenError,
    InvalidInputError,
    NotServedError,
    ToolError,
    UnreachableError,
)
from clusterwright.tools.gpu.measured.answer import UsageAnswer
from clusterwright.tools.gpu.measured.row import By
from clusterwright.tools.kubernetes.parameters import Cluster, Namespace
from clusterwright.tools.prometheus.monitoring import Monitoring, Reach
from clusterwright.tools.prometheus.window import seconds_of
from clusterwright.tools.tool import Effect, Tool

_SHORTEST, _LONGEST = 300, 7 * 86_400


async def gpu_usage(
    monitoring: Monitoring,
    by: By = "workload",
    namespace: Namespace = None,
    node: Annotated[str | None, Field(max_length=253, description="Part of its name.")] = None,
    product: Annotated[str | None, Field(max_length=100, description="Part of it: h100.")] = None,
    last: Annotated[str, Field(max_length=20, description="5m to 7d.")] = "1h",
    limit: Annotated[int | None, Field(ge=1, le=500, description="Rows.")] = None,
    cursor: Cursor = None,
    backend: Annotated[str | None, Field(max_length=300, description="Of several.")] = None,
    cluster: Cluster = None,
) -> UsageAnswer:
    """Tell how GPUs are used and what waste costs.

    Worst first: hung, used outside Kubernetes, slowed down (why), idle, not measured, little used.
    """
    seconds = _window(last)
    asked, at, *after = decode("usage", cursor, str, int, int, int, str) if cursor else ("", 0)
    reach = await _reach(monitoring, cluster, backend)
    name = reach.backend.name
    own = question(reach.cluster, name, by, namespace, node, product, last)
    if cursor and asked != own:
        raise foreign(cursor)
    gathering = import_module("clusterwright.tools.gpu.measured.gather")
    paging = import_module("clusterwright.tools.gpu.measured.page")
    known = await gathering.gather(reach, seconds, int(at), namespace)
    wanted = paging.Asked(by, last, seconds, namespace, node, product)
    page = paging.Page(reach.cluster, name, wanted, own, known, monitoring.prices)
    answer: UsageAnswer = await to_thread.run_sync(page.fitting, tuple(after), limit)
    return answer


TOOL = Tool(gpu_usage, Effect.READ, "How GPUs are used")


def _window(last: str) -> int:
    seconds = round(seconds_of(last, "last"))
    if not _SHORTEST <= seconds <= _LONGEST:
        raise InvalidInputError(
            f"last {last!r} is no window of 5m to 7d", hint="give one as 15m, 1h or 7d"
        )
    return seconds


async def _reach(monitoring: Monitoring, cluster: str | None, backend: str | None) -> Reach:
    """Return the Prometheus; raise what says that there is none, and who tells the rest."""
    try:
        return await monitoring.reach(cluster, backend)
    except (ForbiddenError, NotServedError, UnreachableError) as error:
        raise _told(error) from error


def _told(error: ToolError) -> ToolError:
    rest = "how GPUs are used is not known without; gpu_inventory tells who has which"
    return type(error)(str(error), hint=f"{error.hint}; {rest}" if error.hint else rest)
