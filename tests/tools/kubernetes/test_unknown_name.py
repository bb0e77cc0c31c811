"""Lines in which programs tell that DNS does not know a name, and that a DNS server fails."""

import pytest

from clusterwright.tools.kubernetes.unknown_name import unknown_name

_POOL = "HTTPConnectionPool(host='db', port=80): Max retries exceeded with url: / (Caused by "
_NEW = f"{_POOL}NewConnectionError('<HTTPConnection object>: Failed to establish a new connection: "
_RESOLVE = f"{_POOL}NameResolutionError(\"<HTTPConnection object>: Failed to resolve 'db' "


@pytest.mark.parametrize(
    "line",
    [
        'Get "http://db/?timeout=3s": dial tcp: lookup db on 10.96.0.10:53: no such host',
        "dial tcp: lookup db: no such host",
        "dial tcp: lookup db on 10.90.0.1:53: server misbehaving",
        "curl: (6) Could not resolve host: db",
        "wget: unable to resolve host address \u2018db\u2019",
        "wget: unable to resolve host address `db'",
        "wget: bad address 'db'",
        "nc: bad address 'db'",
        "** server can't find db: NXDOMAIN",
        "java.net.UnknownHostException: db",
        "Caused by: java.net.UnknownHostException: db: Name or service not known",
        "Error: getaddrinfo ENOTFOUND db",
        "{ Error: getaddrinfo ENOTFOUND db db:5432",
        "Error: queryA ENOTFOUND db",
        f'{_RESOLVE}([Errno -2] Name or service not known)"))',
        f'{_RESOLVE}([Errno -2] Name does not resolve)"))',
        f"{_NEW}[Errno -2] Name or service not known'))",
        "UnknownHostException: Failed to resolve 'db' [A(1), AAAA(28)]",
        "Cannot connect to host db:80 ssl:default [Name or service not known]",
        'could not translate host name "db" to address: Name or service not known',
        '{"err":"could not translate host name \\"db\\" to address: Name does not resolve"}',
        "ConnectionError: Error -2 connecting to db:6379. Name or service not known.",
        "Could not connect to Redis at db:6379: Name or service not known",
        "ERROR 2005 (HY000): Unknown MySQL server host 'db' (-2)",
        "ERROR 2005 (HY000): Unknown server host 'db' (-2)",
        "Can't connect to MySQL server on 'db' ([Errno -2] Name or service not known)",
        'nginx: [emerg] host not found in upstream "db" in /etc/nginx/conf.d/default.conf:2',
        'nginx: [emerg] host not found in upstream "db:80" in /etc/nginx/conf.d/default.conf:2',
        "php_network_getaddresses: getaddrinfo for db failed: Name or service not known",
        "HttpRequestException: Name or service not known (db:80)",
    ],
)
def test_a_program_tells_of_a_name_that_is_not_known(line: str) -> None:
    assert unknown_name(line) == "db"


@pytest.mark.parametrize(
    "line",
    [
        "dial tcp: lookup db on 10.96.0.10:53: read udp 10.0.0.7:53: i/o timeout",
        "curl: (6) Could not resolve host: db (Could not contact DNS servers)",
        "curl: (6) Could not resolve host: db (Timeout while contacting DNS servers)",
        "** server can't find db: SERVFAIL",
        "java.net.UnknownHostException: db: Temporary failure in name resolution",
        "java.net.UnknownHostException: db: Try again",
        "Error: getaddrinfo EAI_AGAIN db",
        f'{_RESOLVE}([Errno -3] Temporary failure in name resolution)"))',
        f"{_NEW}[Errno -3] Try again'))",
        'could not translate host name "db" to address: Temporary failure in name resolution',
        "Error -3 connecting to db:6379. Temporary failure in name resolution.",
        "ERROR 2005 (HY000): Unknown MySQL server host 'db' (-3)",
        "php_network_getaddresses: getaddrinfo for db failed: Temporary failure in name resolution",
    ],
)
def test_a_dns_server_that_fails_tells_of_no_name(line: str) -> None:
    assert unknown_name(line) == ""


@pytest.mark.parametrize(
    "line",
    [
        "",
        "connect ECONNREFUSED db:5432",
        "write: Bad address",
        'failed to resolve reference "docker.io/library/db:2": not found',
        "socket.gaierror: [Errno -2] Name or service not known",
        "curl: (6) Could not resolve host: my_db",
        "java.net.UnknownHostException",
    ],
)
def test_other_lines_tell_of_none(line: str) -> None:
    assert unknown_name(line) == ""


def test_a_name_is_taken_whole_and_without_the_dot_that_ends_it() -> None:
    assert unknown_name("Could not resolve host: DB-0.db.shop.svc.cluster.local.") == (
        "db-0.db.shop.svc.cluster.local"
    )
