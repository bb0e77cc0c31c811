"""Lines in which programs tell that they do not reach something, and the Services they mean."""

import pytest

from clusterwright.tools.kubernetes.calls import asked_for, not_reached, told_with
from clusterwright.tools.manifest import Manifest
from tests.tools.kubernetes.analyzers.cluster import make, snapshot


def service(name: str, address: str, namespace: str = "shop", **more: str) -> Manifest:
    return make("Service", name, namespace=namespace, spec={"clusterIP": address, **more})


SEEN = snapshot(
    service("db", "10.96.1.2"),
    service("store", "fd00:10:96::7"),
    service("queue", "None"),
    service("auth", "10.96.1.9", "identity"),
    service("server", "10.96.1.3"),
)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('Get "http://db/": dial tcp 10.96.1.2:80: connect: connection refused', ["shop/db"]),
        ("dial tcp: lookup db on 10.96.0.10:53: no such host", ["shop/db"]),
        ("dial tcp: lookup db.shop.svc.cluster.local: no such host", ["shop/db"]),
        ("FATAL: dial tcp [fd00:10:96::7]:6379: i/o timeout", ["shop/store"]),
        ("Error: connect ECONNREFUSED 10.96.1.9:443", ["identity/auth"]),
        ("Error: getaddrinfo ENOTFOUND db", ["shop/db"]),
        ("curl: (7) Failed to connect to db port 80 after 1 ms: Couldn't connect", ["shop/db"]),
        ("curl: (6) Could not resolve host: auth.identity", ["identity/auth"]),
        ('could not translate host name "db" to address: Name or service not known', ["shop/db"]),
        ('connection to server at "db" (10.96.1.2), port 5432 failed: refused', ["shop/db"]),
        ("java.net.UnknownHostException: db", ["shop/db"]),
        ("java.net.ConnectException: Connection refused (db/10.96.1.2:5432)", ["shop/db"]),
        ("Can't connect to MySQL server on 'db' (111)", ["shop/db"]),
        ("HTTPConnectionPool(host='db', port=80): Max retries exceeded with url: /", ["shop/db"]),
        ("wget: bad address 'db'", ["shop/db"]),
        ("redis: connection refused: QUEUE:6379", ["shop/queue"]),
        ("dial tcp: lookup worker-0.queue.shop.svc: no such host", ["shop/queue"]),
        ("dial tcp: lookup worker-0.queue: no such host", ["shop/queue"]),
        ("** server can't find db.shop.svc.cluster.local: NXDOMAIN", ["shop/db"]),
        ("upstream db:80 and store:80: connection refused", ["shop/db", "shop/store"]),
        ("PSQLException: Connection to db:5432 refused. Check that the hostname", ["shop/db"]),
        ("Connect to db:80 [db/10.96.1.2] failed: connect timed out", ["shop/db"]),
        ("java.net.NoRouteToHostException: No route to host: db/10.96.1.2:80", ["shop/db"]),
        ("connect ENETUNREACH 10.96.1.2:80 - Local (0.0.0.0:0)", ["shop/db"]),
        ("Connect Timeout Error (attempted address: db:80, timeout: 10000ms)", ["shop/db"]),
        ("HTTPConnectionPool(host='db', port=80): Read timed out.", ["shop/db"]),
        ("(<HTTPConnection object>, 'Connection to db timed out.')", ["shop/db"]),
        ("OSError: [Errno 111] Connect call failed ('10.96.1.2', 80)", ["shop/db"]),
        ("Failed to resolve 'db' ([Errno -2] Name or service not known)", ["shop/db"]),
        ("Could not connect to Redis at store:6379: Connection refused", ["shop/store"]),
        ("Error 111 connecting to store:6379. Connection refused.", ["shop/store"]),
        ("wget: unable to resolve host address \u2018db\u2019", ["shop/db"]),
        ('[emerg] 1#1: host not found in upstream "db" in /etc/nginx/nginx.conf:3', ["shop/db"]),
        ("php_network_getaddresses: getaddrinfo for db failed: Try again", ["shop/db"]),
        ("Unknown MySQL server host 'db' (-3)", ["shop/db"]),
        ("Error: getaddrinfo EAI_AGAIN db", ["shop/db"]),
    ],
)
def test_a_line_of_a_failed_call_names_the_service(line: str, named: list[str]) -> None:
    assert [f"{one.namespace}/{one.name}" for one in not_reached(SEEN, line, "shop")] == named


@pytest.mark.parametrize(
    "line",
    [
        "connected to db:5432",
        "db is ready, store:6379 answers",
        "panic: the db schema is too old: migrate http://db/ first",
        "could not connect to server: Connection refused",
        "dial tcp 192.0.2.7:443: connect: connection refused",
        "lookup db.example.com: no such host",
        "connection refused while the db cache was warm",
        "",
    ],
)
def test_any_other_line_names_none(line: str) -> None:
    assert not_reached(SEEN, line, "shop") == []


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("dial tcp: lookup mydb on 10.96.0.10:53: server misbehaving", ["Service/shop/mydb"]),
        ("dial tcp: lookup db.other.svc.cluster.local: no such host", ["Service/other/db"]),
        ("dial tcp: lookup db.example.com: no such host", []),
        ("dial tcp: lookup mydb: i/o timeout", []),
        ("curl: (6) Could not resolve host: db.other", ["Service/other/db"]),
        ("Error: getaddrinfo ENOTFOUND auth", ["Service/shop/auth"]),
        ("Error: getaddrinfo EAI_AGAIN auth", []),
        ('nginx: [emerg] host not found in upstream "gone:80" in /a', ["Service/shop/gone"]),
        ("wget: unable to resolve host address \u2018gone\u2019", ["Service/shop/gone"]),
        ("Failed to resolve 'gone' ([Errno -2] Name or service not known)", ["Service/shop/gone"]),
        ("getaddrinfo for gone failed: Name or service not known", ["Service/shop/gone"]),
        ("found no host: getaddrinfo ENOTFOUND 192.0.2.7", []),
    ],
)
def test_a_name_that_dns_does_not_know_is_the_service_that_it_would_be(
    line: str, named: list[str]
) -> None:
    assert [str(one) for one in not_reached(SEEN, line, "shop")] == named


def test_a_line_of_megabytes_is_read_to_its_cut_only() -> None:
    assert not_reached(SEEN, "x" * 1_000_000 + " lookup db: no such host", "shop") == []
    assert not_reached(SEEN, "connection refused " + "a." * 1_000_000, "shop") == []


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["sh", "-c", "until nslookup db.shop.svc.cluster.local; do sleep 2; done"], ["db"]),
        (["nc", "-z", "db", "5432"], ["db"]),
        (["wget", "-qO-", "http://store:80/healthz"], ["store"]),
        (["sleep", "3600"], []),
    ],
)
def test_a_command_names_services_by_bare_words_too(words: list[str], named: list[str]) -> None:
    assert [one.name for one in asked_for(SEEN, words, "shop")] == named


def test_a_call_that_failed_is_told_beside_what_gives_up_for_it() -> None:
    call = "ERROR dial tcp: lookup db: no such host"
    assert told_with("FATAL: giving up", [call, "retry", "FATAL: giving up"]) == (
        "FATAL: giving up",
        call,
    )
    assert told_with(call, ["dial tcp 10.96.1.9:443: connection refused", call]) == (call,)
    assert told_with("FATAL: no PORT", ["hello", "FATAL: no PORT"]) == ("FATAL: no PORT",)
    long_ago = [call, *["working"] * 30, "FATAL: no PORT"]
    assert told_with("FATAL: no PORT", long_ago) == ("FATAL: no PORT",)


@pytest.mark.parametrize(
    "own",
    [
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "KeyError: 'port'",
        "TypeError: Cannot read properties of undefined",
        "java.lang.NullPointerException: null",
    ],
)
def test_a_fault_of_the_program_itself_is_told_alone(own: str) -> None:
    call = "dial tcp 10.96.1.2:5432: connect: connection refused"
    assert told_with(own, [call, own]) == (own,)


def test_a_request_that_was_served_tells_of_no_call() -> None:
    served = '203.0.113.9 - - "GET /?q=connection+refused+db.shop:5432 HTTP/1.1" 200'
    assert told_with("FATAL: giving up", [served, "FATAL: giving up"]) == ("FATAL: giving up",)
    fetch = "  [cause]: Error: connect ECONNREFUSED 10.96.1.2:5432"
    failed = "TypeError: fetch failed"
    assert told_with(failed, [failed, fetch]) == (failed, fetch.strip())
