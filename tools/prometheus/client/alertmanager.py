"""One Alertmanager, over its API v2."""

import re
from datetime import datetime
from typing import Any, cast

import httpx
import orjson

from clusterwright.tools.errors import (
    InvalidInputError,
    NotFoundError,
    NotServedError,
    UnreachableError,
)
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    instant,
    items,
    mapping,
    strings,
    text,
    texts,
)
from clusterwright.tools.prometheus.alertmanager_config import redacted_config
from clusterwright.tools.prometheus.alertmanager_state import (
    Alert,
    AlertGroup,
    AlertmanagerStatus,
    Matcher,
    Silence,
)
from clusterwright.tools.prometheus.client.answer import Answer
from clusterwright.tools.prometheus.client.decode import loads
from clusterwright.tools.prometheus.client.http import Http, Parameters
from clusterwright.tools.prometheus.client.translate import from_answer, from_odd_answer
from clusterwright.tools.prometheus.endpoint import Endpoint

SECONDS = 10.0
_NOT_FOUND = 404
_ID = re.compile(r"[0-9a-zA-Z-]{1,64}")


class Alertmanager:
    """Requests to one Alertmanager; what writes is for changes alone."""

    def __init__(
        self, endpoint: Endpoint, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """Take where it is; `transport` as in Backend."""
        self.name = endpoint.name
        self.endpoint = endpoint
        self._http = Http(endpoint, transport)

    async def alerts(self, matchers: tuple[Matcher, ...] = ()) -> tuple[Alert, ...]:
        """Return all alerts that it has, also those that it does not send, which say why."""
        found = await self._get("alerts", [("filter", str(one)) for one in matchers])
        return tuple(_alert(one) for one in items({"all": found}, "all"))

    async def groups(self) -> tuple[AlertGroup, ...]:
        """Return alerts as they are notified together."""
        found = items({"all": await self._get("alerts/groups")}, "all")
        return tuple(
            AlertGroup(
                strings(one, "labels"),
                text(one, "receiver", "name"),
                tuple(_alert(alert) for alert in items(one, "alerts")),
            )
            for one in found
        )

    async def silences(self) -> tuple[Silence, ...]:
        """Return all silences, also those that have expired."""
        return tuple(_silence(one) for one in items({"all": await self._get("silences")}, "all"))

    async def silence(self, identifier: str) -> Silence:
        """Return one silence; raise NotFoundError."""
        try:
            return _silence(mapping(await self._get(f"silence/{_segment(identifier)}")))
        except NotServedError as error:  # 404 without a word
            raise _no_silence(identifier) from error

    async def status(self) -> AlertmanagerStatus:
        """Return what it says of itself, its configuration without what is secret in it."""
        found = await self._get("status")
        return AlertmanagerStatus(
            text(found, "versionInfo", "version"),
            redacted_config(text(found, "config", "original")),
            text(found, "cluster", "status"),
            len(items(found, "cluster", "peers")),
            instant(found, "uptime"),
        )

    async def receivers(self) -> tuple[str, ...]:
        """Return the names of receivers."""
        found = items({"all": await self._get("receivers")}, "all")
        return tuple(text(one, "name") for one in found)

    async def post_silence(
        self,
        matchers: tuple[Matcher, ...],
        starts_at: datetime,
        ends_at: datetime,
        *,
        created_by: str,
        comment: str,
        identifier: str = "",
    ) -> str:
        """Create a silence, or put one in the place of `identifier`; return its id.

        Never sent twice. Raises InvalidInputError for what Alertmanager refuses.
        """
        body: Manifest = {
            "matchers": [
                {"name": m.name, "value": m.value, "isRegex": m.is_regex, "isEqual": m.is_equal}
                for m in matchers
            ],
            "startsAt": starts_at.isoformat(),
            "endsAt": ends_at.isoformat(),
            "createdBy": created_by,
            "comment": comment,
        }
        body |= {"id": identifier} if identifier else {}
        answer = await self._http.send("POST", "/api/v2/silences", seconds=SECONDS, content=body)
        found = text(self._read(answer), "silenceID")
        if not found:
            raise UnreachableError(
                f"Alertmanager {self.name!r} did not say which silence it made",
                hint="list the silences before another attempt",
            )
        return found

    async def expire_silence(self, identifier: str) -> None:
        """End a silence now; raise NotFoundError for one that there is not."""
        path = f"/api/v2/silence/{_segment(identifier)}"
        answer = await self._http.send("DELETE", path, seconds=SECONDS, content={})
        # Alertmanager 0.25 answers 500 for one that there is not.
        if answer.status == _NOT_FOUND or b"silence not found" in answer.body:
            raise _no_silence(identifier)
        if not answer.is_success:
            raise from_answer(answer, self.endpoint)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _get(self, path: str, parameters: Parameters = ()) -> Json:
        answer = await self._http.send("GET", f"/api/v2/{path}", parameters, seconds=SECONDS)
        return self._read(answer)

    def _read(self, answer: Answer) -> Json:
        if not answer.is_success:
            raise from_answer(answer, self.endpoint)
        try:
            return loads(answer.body)
        except orjson.JSONDecodeError as error:
            raise from_odd_answer(answer, self.endpoint) from error


def _segment(identifier: str) -> str:
    if not _ID.fullmatch(identifier):
        raise InvalidInputError(
            f"{identifier[:80]!r} is no id of a silence",
            hint="ids are as 0d3b7a54-3c5b-4d3e-9f3e-0c1d2e3f4a5b; prom_alerts tells them",
        )
    return identifier


def _no_silence(identifier: str) -> NotFoundError:
    return NotFoundError(
        f"there is no silence {identifier!r}", hint="prom_alerts names those there are"
    )


def _alert(one: Manifest) -> Alert:
    status = mapping(one, "status")
    state = text(status, "state")
    known = state if state in {"active", "suppressed"} else "unprocessed"
    return Alert(
        strings(one, "labels"),
        strings(one, "annotations"),
        text(one, "fingerprint"),
        cast("Any", known),
        instant(one, "startsAt"),
        instant(one, "endsAt"),
        instant(one, "updatedAt"),
        tuple(texts(status, "silencedBy")),
        tuple(texts(status, "inhibitedBy")),
        tuple(texts(status, "mutedBy")),
        tuple(text(receiver, "name") for receiver in items(one, "receivers")),
        text(one, "generatorURL"),
    )


def _silence(one: Manifest) -> Silence:
    state = text(one, "status", "state")
    known = state if state in {"active", "pending"} else "expired"
    return Silence(
        text(one, "id"),
        cast("Any", known),
        tuple(_matcher(m) for m in items(one, "matchers")),
        text(one, "createdBy"),
        text(one, "comment"),
        instant(one, "startsAt"),
        instant(one, "endsAt"),
        instant(one, "updatedAt"),
    )


def _matcher(one: Manifest) -> Matcher:
    # Before Alertmanager 0.22 there was no isEqual, and every matcher meant equality.
    return Matcher(
        text(one, "name"),
        text(one, "value"),
        one.get("isRegex") is True,
        one.get("isEqual") is not False,
    )
