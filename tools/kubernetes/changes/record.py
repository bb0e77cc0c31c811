"""Tell the cluster itself what was done: a Kubernetes event on each object that was written."""

import logging
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.errors import ToolError
from clusterwright.tools.kubernetes.changes.draft import Draft
from clusterwright.tools.kubernetes.changes.step import Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_log = logging.getLogger(__name__)
_LONGEST = 900
_SECONDS = 5.0


async def record(connection: "Connection", plan: str, draft: Draft, said: str) -> None:
    """Write an event about each object; who may not is none the worse for it."""
    with anyio.move_on_after(_SECONDS):
        async with anyio.create_task_group() as tasks:
            for step in draft.steps:
                if step.carried_by is not None:
                    continue  # the run of the program tells of it
                tasks.start_soon(_record, connection, plan, step, said)


async def _record(connection: "Connection", plan: str, step: Step, said: str) -> None:
    event = _event(plan, step, said)
    try:
        await connection.write(event, dry_run=False, agent=f"plan/{plan}")
    except ToolError as error:
        _log.info("no event about %s: %s", step.ref, error)


def _event(plan: str, step: Step, said: str) -> Write:
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    ref = step.ref
    namespace = ref.namespace or "default"
    name = f"{ref.name[:200].replace(':', '.')}.{secrets.token_hex(6)}"
    about: Manifest = {"kind": ref.kind, "name": ref.name}
    about |= {"namespace": ref.namespace} if ref.namespace else {}
    source = step.before or step.write.body
    about |= {"apiVersion": text(source, "apiVersion")} if text(source, "apiVersion") else {}
    uid = text(step.before, "metadata", "uid") if step.before else ""
    about |= {"uid": uid} if uid else {}
    body: Manifest = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace},
        "involvedObject": about,
        "type": "Normal",
        "reason": "PlannedChange",
        "message": f"{step.say}: {said}"[:_LONGEST],
        "source": {"component": "clusterwright"},
        "reportingComponent": "clusterwright",
        "reportingInstance": plan,
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    }
    return Write(Verb.CREATE, Ref("Event", name, namespace), body)
