"""The name in a line of a program that DNS does not know, by the words of the program.

That a name is not known and that no DNS server answers are two things, which some programs tell in
the same words: what names its reason is taken at that.
"""

import re

_NAME = r"(?P<name>[a-z0-9][a-z0-9.-]{0,252})(?![\w-])"
_QUOTE = r"\\?[\"'`\u2018]"
_NONE = "(?:name or service not known|name does not resolve|nodename nor servname provided)"
"""EAI_NONAME, as glibc, musl and BSD say it."""
_NO_ANSWER = re.compile(
    "temporary failure in name resolution|[:\\]] try again\\b"  # EAI_AGAIN: glibc, musl
    "|\\beai_again\\b|errno -3\\b|\\(-3\\)"
    "|servfail|contact(?:ing)? dns servers",  # BIND; c-ares
    re.IGNORECASE,
)
"""How they tell that a DNS server fails: nothing is known of the name then."""
_UNKNOWN = (
    (rf"lookup {_NAME}(?: on [^ ]{{1,60}})?: no such host", "Go, net/net.go"),
    (rf"lookup {_NAME} on [^ ]{{1,60}}: server misbehaving", "Go, net/dnsclient_unix.go"),
    (rf"could not resolve host: {_NAME}", "curl, lib/strerror.c: CURLE_COULDNT_RESOLVE_HOST"),
    (rf"unable to resolve host address {_QUOTE}{_NAME}", "GNU Wget, src/connect.c"),
    (rf"bad address {_QUOTE}{_NAME}", "BusyBox, libbb/xconnect.c"),
    (rf"server can't find {_NAME}: nxdomain", "BIND and BusyBox, nslookup"),
    (rf"unknownhostexception: {_NAME}(?!\s+to\b)", "Java, java.net.UnknownHostException"),
    (rf"(?:getaddrinfo|query[a-z0-9]{{1,8}}) enotfound {_NAME}", "Node.js, dns: ENOTFOUND"),
    (rf"failed to resolve {_QUOTE}{_NAME}", "urllib3 2, exceptions.py; Netty, DnsNameResolver"),
    (rf"host='{_NAME}', port=.{{0,300}}{_NONE}", "urllib3 1, connectionpool.py; Requests"),
    (rf"connect to host {_NAME}:\d.{{0,80}}{_NONE}", "aiohttp, client_exceptions.py"),
    (rf"host name {_QUOTE}{_NAME}\\?\" to address", "libpq, fe-connect.c"),
    (rf"error -2 connecting to {_NAME}:\d", "redis-py, connection.py"),
    (rf"connect to redis at {_NAME}:\d{{1,5}}: {_NONE}", "Redis, redis-cli.c"),
    (rf"unknown (?:mysql )?server host '{_NAME}", "MySQL and MariaDB, client error 2005"),
    (rf"mysql server on '{_NAME}.{{0,30}}{_NONE}", "PyMySQL, connections.py"),
    (rf"host not found in upstream {_QUOTE}{_NAME}", "nginx, ngx_http_upstream.c"),
    (rf"getaddrinfo for {_NAME} failed", "PHP, main/network.c"),
    (rf"{_NONE} \({_NAME}:\d", ".NET, System.Net.Http, ConnectHelper.cs"),
)
"""How programs tell of a name that is not known, and where those words are from.

Go's `server misbehaving` by itself tells of a DNS server that fails. It is taken because it is also
what Go says last of the short name of a Service that is gone: the search domains of the cluster do
not know it, and asked for the name as it is, CoreDNS says SERVFAIL where it has no server above it,
or none that it reaches. No harm comes of it: a Service that does not exist has no finding but that
of the release which misses it, and if that names this Service, it is gone, whatever DNS said.
"""
_TOLD = tuple(re.compile(words, re.IGNORECASE) for words, _ in _UNKNOWN)


def unknown_name(line: str) -> str:
    """Return the name that a line says DNS does not know, or ""; a line as short as is read."""
    if _NO_ANSWER.search(line):
        return ""
    found = next(filter(None, (words.search(line) for words in _TOLD)), None)
    return found["name"].lower().rstrip(".") if found else ""
