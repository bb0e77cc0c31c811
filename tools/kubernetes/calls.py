"""Which Services a program says, in a line of its log or of an event, that it does not reach.

Only a line that tells of a connection that failed counts, and only a Service that exists, or one
that DNS does not know: such a line makes an edge, and never a finding, so that what somebody writes
into a log blames nobody who is well.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clusterwright.tools.analyzer import Fulfilled, LogRequest, Request
from clusterwright.tools.finding import LogEvidence
from clusterwright.tools.kubernetes.analyzers.log_line import LONGEST_LINE, telling
from clusterwright.tools.kubernetes.unknown_name import unknown_name
from clusterwright.tools.manifest import name_of, namespace_of, text, texts
from clusterwright.tools.ref import Ref, checked
from clusterwright.tools.snapshot import Snapshot

_LAST = 20
"""Lines before its end in which a program tells what ended it."""
_FAILURES = (
    ("connection refused|no route to host|(?:host|network) is unreachable", "POSIX, strerror()"),
    ("connection timed out|connection reset by peer|operation timed out", "POSIX, strerror()"),
    ("econnrefused|enotfound|eai_again|etimedout|ehostunreach|econnreset", "Node.js, errors"),
    ("enetunreach|esockettimedout|connect timeout error", "Node.js, errors; undici"),
    ("no such host|i/o timeout|server misbehaving|dial tcp", "Go, package net"),
    ("name or service not known|temporary failure in name resolution", "glibc, gai_strerror()"),
    ("nodename nor servname|name does not resolve|bad address", "BSD, musl, BusyBox"),
    ("unknownhostexception|connectexception|connecttimeoutexception", "Java, package java.net"),
    ("noroutetohostexception|connect timed out", "Java, package java.net"),
    ("connection to .{1,260} refused", "pgJDBC, ConnectionFactoryImpl.java"),
    ("could not resolve host|failed to connect to|couldn't connect to", "curl, strerror.c"),
    ("nxdomain|server can't find", "BIND, nslookup"),
    ("could not translate host name|connection to server at", "libpq, fe-connect.c"),
    ("can't connect to .{0,20}server on|unknown .{0,20}server host", "MySQL, client errors"),
    ("max retries exceeded|newconnectionerror|name.?resolution.?error", "urllib3, exceptions"),
    ("failed to resolve '|read timed out|connection to .{1,260} timed out", "urllib3, exceptions"),
    ("connect call failed", "CPython, asyncio/selector_events.py"),
    ("unable to resolve host address", "GNU Wget, src/connect.c"),
    ("host not found in upstream", "nginx, ngx_http_upstream.c"),
    ("php_network_getaddresses", "PHP, main/network.c"),
    ("upstream connect error|no healthy upstream", "Envoy, response flags UF and UH"),
    (
        "(?:unable|cannot|could not|failed|error) (?:to )?(?:connect|connecting|reach) ",
        "usual words",
    ),
)
"""How programs tell of a connection that failed, and whose words these are."""
_FAILED = re.compile("|".join(words for words, _ in _FAILURES), re.IGNORECASE)
_OWN_FAULT = re.compile(
    r"^panic: |nil pointer|segmentation fault|stack overflow|NullPointerException|^Traceback "
    r"|^(?:\w+\.)*(?:Key|Index|Attribute|Name|Value|Syntax|Import|ModuleNotFound|Reference"
    r"|Assertion)Error\b|^TypeError\b(?!: fetch failed)",
    re.IGNORECASE,
)
"""What ends a program for a mistake in it: Go, POSIX, the JVM, Python, Node.js."""
_SERVED = re.compile(r"\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /|\bHTTP/[0-9.]{1,3}\"")
"""A line of a log of requests: NCSA common log format, and those that follow it."""
_HOST = re.compile(
    r"\[(?P<v6>[0-9a-fA-F:]{2,45})\]"
    r"|(?<![\w.-])(?P<name>[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)(?P<port>:\d{1,5}(?!\w))?(?![\w-])",
    re.IGNORECASE,
)
_BEFORE_A_HOST = re.compile(
    r"(?:://|@|(?:exception|\b(?:lookup|host|hostname|host name|name|resolve|address|at|on|to"
    r"|server|enotfound|eai_again|getaddrinfo for))\s{0,2}[:=]?\s{0,2}[\"'`\u2018]?"
    r"|upstream \\?[\"'])\Z",
    re.IGNORECASE,
)
"""What stands before a host that is one bare word."""
_NO_HOST = frozenset({"server", "host", "socket", "address", "port", "the", "a", "any"})
_SPAN = 20


@dataclass(frozen=True, slots=True)
class _Services:
    """The Services of a snapshot as clients know them."""

    named: frozenset[Ref]
    at: dict[str, Ref]
    """By the addresses of the Services themselves."""


def _known(snapshot: Snapshot) -> _Services:
    named: list[Ref] = []
    at: dict[str, Ref] = {}
    for service in snapshot.of_kind("Service"):
        ref = Ref("Service", name_of(service), namespace_of(service))
        named.append(ref)
        for address in (text(service, "spec", "clusterIP"), *texts(service, "spec", "clusterIPs")):
            if address not in {"", "None"}:
                at[address.lower()] = ref
    return _Services(frozenset(named), at)


def told_in_log(request: Request, fulfilled: Fulfilled) -> tuple[LogEvidence, ...]:
    """Return the lines of a log that tell why a program ended, the telling one first, if any."""
    if not isinstance(request, LogRequest):
        return ()
    lines = fulfilled.logs.get(request, ())
    line = telling(lines)
    if not line:
        return ()
    return tuple(
        LogEvidence(
            ref=request.pod, container=request.container, line=one, previous=request.previous
        )
        for one in told_with(line, lines)
    )


def told_with(told: str, lines: Sequence[str]) -> tuple[str, ...]:
    """Return the line that tells why a program ended, and one near the end of a call that failed.

    The latter only where the former is of no such call: what ends a program often says no more
    than that it gives up. A fault of the program itself needs no other line, and one of a request
    that was served tells what somebody outside has written.
    """
    if _FAILED.search(told) or _OWN_FAULT.search(told):
        return (told,)
    near = (line[:LONGEST_LINE].strip() for line in reversed(lines[-_LAST:]))
    calls = (line for line in near if _FAILED.search(line) and not _SERVED.search(line))
    of_a_call = next(calls, "")
    return (told, of_a_call) if of_a_call else (told,)


def not_reached(snapshot: Snapshot, line: str, namespace: str) -> list[Ref]:
    """Return the Services that a line of a pod in `namespace` says it does not reach."""
    if not _FAILED.search(line[:LONGEST_LINE]):
        return []
    found = _services(snapshot, _hosts(line), namespace)
    return [ref for ref, certain in found.items() if certain] or _not_there(line, namespace)


def _not_there(line: str, namespace: str) -> list[Ref]:
    """Return the Service that a name would be which DNS does not know."""
    return _named(unknown_name(line[:LONGEST_LINE]), namespace)


def _named(host: str, namespace: str) -> list[Ref]:
    """Return the Service that a host would be, if it can be one."""
    labels = host.split(".")
    where = labels[1] if labels[1:] else namespace
    ref = checked(Ref("Service", labels[0], where)) if labels[2:3] in ([], ["svc"]) else None
    return [ref] if ref else []


def asked_for(snapshot: Snapshot, words: Sequence[str], namespace: str) -> list[Ref]:
    """Return the Services that a command names, as `nc -z db 5432` does: bare words count too."""
    hosts = (host for word in words for host in _hosts(word))
    return list(_services(snapshot, hosts, namespace))


def missing(snapshot: Snapshot, words: Sequence[str], namespace: str) -> list[Ref]:
    """Return the Services that a command plainly names, as in a URL, and that do not exist.

    No harm comes of a name that was never one: only what misses a Service has a finding about it.
    """
    found: dict[Ref, None] = {}
    for word in words:
        for host, plain in _hosts(word):
            if plain and not _services(snapshot, [(host, plain)], namespace):
                found |= dict.fromkeys(_named(host, namespace))
    return list(found)


def _hosts(line: str) -> Iterator[tuple[str, bool]]:
    """Yield what may be a host, and whether it plainly is one by where it stands."""
    cut = line[:LONGEST_LINE]
    for found in _HOST.finditer(cut):
        host = (found["v6"] or found["name"]).lower()
        before = cut[max(0, found.start() - _SPAN) : found.start()]
        plain = found["v6"] or "." in host or found["port"] or _BEFORE_A_HOST.search(before)
        yield host, bool(plain) and host not in _NO_HOST


def _services(
    snapshot: Snapshot, hosts: Iterable[tuple[str, bool]], namespace: str
) -> dict[Ref, bool]:
    """Return the Services among hosts, and whether one of their names plainly is a host."""
    known, found = snapshot.derived(_known), dict[Ref, bool]()
    for host, plain in hosts:
        ref = known.at.get(host) or _by_name(known, host.split("."), namespace)
        if ref is not None:
            found[ref] = plain or found.get(ref, False)
    return found


def _by_name(known: _Services, labels: list[str], namespace: str) -> Ref | None:
    """Return the Service of a name as DNS for Services and Pods resolves it.

    That is `db`, `db.shop`, `db.shop.svc`, with any cluster domain, and `db-0.db` of a pod.
    """
    if len(labels) == 1:
        own = Ref("Service", labels[0], namespace)
        return own if own in known.named else None
    for i in (0, 1):
        name, where, rest = labels[i], labels[i + 1 : i + 2], labels[i + 2 :]
        ref = Ref("Service", name, where[0] if where else namespace)
        if (not rest or rest[0] == "svc") and ref in known.named:
            return ref
    return None
