"""Post and end silences for planned steps: the one place where an Alertmanager is written to."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from clusterwright.tools.errors import NotServedError, UnreachableError
from clusterwright.tools.kubernetes.changes.step import Step
from clusterwright.tools.manifest import Manifest, instant, mapping, text, texts
from clusterwright.tools.prometheus.changes.expire_silence import is_marked
from clusterwright.tools.prometheus.changes.matchers import parse_matcher
from clusterwright.tools.trust.authority import actor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.prometheus.alertmanager_state import Silence
    from clusterwright.tools.prometheus.client.alertmanager import Alertmanager
    from clusterwright.tools.prometheus.monitoring import Monitoring


class Alertmanagers:
    """Carries out what plans ask of an Alertmanager."""

    def __init__(self, monitoring: "Monitoring") -> None:
        """Take where they are found."""
        self._monitoring = monitoring

    async def run(
        self, clusters: "Clusters", connection: "Connection", step: Step, agent: str, wait: float
    ) -> str:
        """Post or end a silence; raise ToolError where nothing was changed."""
        del clusters, wait
        body = step.write.body
        found = await alertmanager_of(self._monitoring, connection, body.get("backend"))
        if text(body, "do") == "expire":
            await _expire(found, text(body, "id"))
            return ""
        mark, now = text(body, "mark"), datetime.now(UTC)
        until = instant(body, "until") or now + timedelta(seconds=body["seconds"])
        try:
            await found.post_silence(
                tuple(parse_matcher(one) for one in texts(body, "matchers")),
                now,
                until,
                created_by=f"clusterwright {agent} for {actor()} [{mark}]",
                comment=text(body, "comment"),
            )
        except UnreachableError:  # the answer was lost, which leaves open whether it was made
            if not any(is_marked(one, mark) for one in await found.silences()):
                raise
        return ""

    async def took_place(self, connection: "Connection", entry: Manifest) -> bool:
        """Return whether a silence that was to be made is there, or one that was to end is not."""
        back = mapping(entry, "inverse")
        found = await alertmanager_of(self._monitoring, connection, back.get("backend"))
        silences = await found.silences()
        if mark := text(back, "mark"):
            return any(is_marked(one, mark) for one in silences)
        name = str(entry["object"]).rpartition("/")[2]
        return _has_ended(silences, name)

    def hint(self, said: str) -> str:
        """Return nothing: the API server has no say in silences."""
        del said
        return ""


async def _expire(alertmanager: "Alertmanager", identifier: str) -> None:
    try:
        await alertmanager.expire_silence(identifier)
    except UnreachableError:  # the answer was lost, which leaves open whether it has ended
        if not _has_ended(await alertmanager.silences(), identifier):
            raise


def _has_ended(silences: "Sequence[Silence]", identifier: str) -> bool:
    return not any(one.id == identifier and one.state != "expired" for one in silences)


async def alertmanager_of(
    monitoring: "Monitoring", connection: "Connection", backend: str | None
) -> "Alertmanager":
    """Return the Alertmanager of a cluster; raise NotServedError where it has none."""
    found = (await monitoring.reach(connection.cluster, backend)).alertmanager
    if found is None:
        raise NotServedError(
            f"no Alertmanager is known for {connection.cluster}: silences live in one",
            hint="name its url in prometheus.yaml, beside the backend",
        )
    return found
