"""What goes wrong between us and a backend, said once and for all in our own errors."""

import re
from typing import Protocol

import orjson

from clusterwright.tools.errors import (
    BusyError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    NotServedError,
    QueryError,
    ToolError,
    UnauthenticatedError,
    UnreachableError,
)
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Json, text
from clusterwright.tools.prometheus.endpoint import Endpoint
from clusterwright.tools.quotation import quoted
from clusterwright.tools.redaction import redact_text

_LONGEST = 500
_POSITION = re.compile(r"\b(\d{1,6}):(\d{1,6}): parse error")
_NARROWER = "a shorter range, a longer step, or more matchers"
_VERSION = "another version or program than thought; check the url and its path prefix"
_EXECUTION: tuple[tuple[str, str], ...] = (
    (
        "too many samples",
        f"the server loads at most --query.max-samples of them: ask for {_NARROWER}",
    ),
    ("exceeded maximum resolution", "at most 11,000 points for each series: use a longer step"),
    (
        "duplicate series",
        "several series match on one side: aggregate them first, as sum by (...), or match on"
        " more labels",
    ),
    (
        "many-to-many",
        "join on labels that one side has once: on (...) group_left (...), after sum by (...)",
    ),
    ("multiple matches", "many series meet one: write group_left or group_right, or aggregate"),
    (
        "same labelset",
        "without their names some series are equal: name one metric, or sum by (...)",
    ),
    ("timed out", f"its time was over: ask for {_NARROWER}"),
    ("deadline exceeded", f"its time was over: ask for {_NARROWER}"),
)
_QUERY_KINDS = frozenset({"bad_data", "execution", "timeout", "canceled", "not_acceptable", "422"})


class ProxyForbiddenError(ForbiddenError):
    """The credential may not use the API server's proxy to a Service."""


class NoRouteError(UnreachableError):
    """The API server's proxy does not lead to a Service."""


class _Answered(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...


def said(words: str) -> str:
    """Return a server's words as they stand in a sentence of ours."""
    return quoted(one_line(redact_text(words), _LONGEST))


def from_answer(answer: _Answered, endpoint: Endpoint) -> ToolError:
    """Return the error for an answer that is not a success."""
    body = _json(answer.body)
    if text(body, "kind") == "Status" and text(body, "apiVersion") == "v1":
        return _from_api_server(answer.status, text(body, "message"), endpoint)
    if words := text(body, "error"):
        kind = text(body, "errorType")
        if kind in _QUERY_KINDS:
            return _from_query(kind, words)
        if "API disabled" in words:  # as that of search is, unless a feature flag turns it on
            return NotServedError(f"{endpoint} does not serve this: {said(words)}", hint=_VERSION)
        if kind == "not_found":
            return NotFoundError(said(words), hint="check the name")
    words = words or text(body, "message")
    words = words or (body if isinstance(body, str) else _plain(answer.body))
    return _from_status(answer.status, words, endpoint)


def from_odd_answer(answer: _Answered, endpoint: Endpoint) -> ToolError:
    """Return the error for a success whose body is not what the API promises."""
    start = answer.body[:500].lstrip().lower()
    where = f"{endpoint} at {endpoint.url}"
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        return UnreachableError(
            f"{where} answers with a web page instead of the API of Prometheus, perhaps a login",
            hint=f"check {endpoint.told_in}",
        )
    if start.startswith((b"{", b"[")):
        return UnreachableError(
            f"the answer of {where} ends early or is no JSON",
            hint="try again; if it stays so, ask for less or look at the proxy in between",
        )
    return UnreachableError(
        f"{where} does not speak the API of Prometheus",
        hint=f"check {endpoint.told_in}, and the prefix of its paths",
    )


def _from_query(kind: str, words: str) -> QueryError:
    found = _POSITION.search(words)
    position = (int(found[1]), int(found[2])) if found else None
    hint = next((one for mark, one in _EXECUTION if mark in words), "")
    if not hint:
        hint = "prom_explain_query tells more" if kind == "bad_data" else f"ask for {_NARROWER}"
    return QueryError(f"the server refuses this: {said(words)}", hint=hint, position=position)


def _from_api_server(status: int, message: str, endpoint: Endpoint) -> ToolError:
    """Return the error of the API server on the way to a Service, which it proxies."""
    words = (
        f"{endpoint.service or endpoint} cannot be reached through the API server: {said(message)}"
    )
    match status:
        case 401:
            return UnauthenticatedError(words, hint="log in to the cluster again")
        case 403:
            verb = "create" if " create " in message else "get"
            return ProxyForbiddenError(
                words,
                hint=f"grant `{verb} services/proxy` in its namespace, or configure a url in"
                " prometheus.yaml",
            )
        case 404:
            return NotFoundError(words, hint="it or its Endpoints is gone: look again")
        case _:
            return NoRouteError(
                words,
                hint="see whether pods behind it are ready (k8s_describe): the API server leads to"
                " pods only, not to addresses elsewhere",
            )


def _from_status(status: int, words: str, endpoint: Endpoint) -> ToolError:
    told = f": {said(words)}" if words else ""
    match status:
        case 400 | 422:
            return InvalidInputError(f"{endpoint} refuses this{told}", hint="check it")
        case 401:
            return UnauthenticatedError(
                f"{endpoint} wants a credential, or refuses the one it got{told}",
                hint="set its url, and bearer_token_env or username_env, in prometheus.yaml",
            )
        case 403:
            return ForbiddenError(
                f"{endpoint} does not let this credential read{told}",
                hint="check its credential and tenant in prometheus.yaml",
            )
        case 404 | 405 | 501:
            return NotServedError(
                f"{endpoint} does not serve this{told}",
                hint=_VERSION,
            )
        case 429:
            return BusyError(
                f"{endpoint} is asked too much at once{told}", hint="try again in a while"
            )
        case _:
            return UnreachableError(
                f"{endpoint} answers {status}{told}",
                hint="it is not well, or what stands before it is not; try again later",
            )


def _json(body: bytes) -> Json:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _plain(body: bytes) -> str:
    """Return the words of a body that is no JSON; of a web page there are none worth telling."""
    words = body[:2_000].decode(errors="replace").strip()
    return "" if words.startswith("<") else words
