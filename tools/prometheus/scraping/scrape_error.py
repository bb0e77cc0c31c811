"""Why a scrape failed, told from the words in which Prometheus and Go put it.

Sources: Prometheus, scrape/scrape.go and scrape/target.go; Go, net/http, net, crypto/x509.
"""

import re
from dataclasses import dataclass
from typing import Literal

Cause = Literal[
    "refused",
    "unreachable",
    "reset",
    "dns",
    "timeout",
    "unauthorised",
    "forbidden",
    "not-found",
    "http-status",
    "unknown-authority",
    "certificate-expired",
    "certificate-name",
    "certificate",
    "tls-expected",
    "plain-expected",
    "credentials",
    "body-size",
    "sample-limit",
    "label-limit",
    "target-limit",
    "not-metrics",
    "duplicate",
    "other",
]
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Failure:
    """One way in which scrapes fail."""

    cause: Cause
    says: str
    """What it means."""
    check: str
    """What to look at next."""


_PORT = "whether the port of the monitor is the one that the container listens on, on all addresses"
_ROWS: tuple[tuple[str, Cause, str, str], ...] = (
    ("body size limit exceeded", "body-size", "the answer is larger than body_size_limit",
     "what made it grow, or raise the limit"),
    ("sample limit exceeded|bucket limit exceeded", "sample-limit",
     "it exposes more samples than sample_limit (or buckets) allows, so none is kept",
     "which metric grew (prom_cardinality), or raise the limit"),
    ("target_limit exceeded", "target-limit", "the pool has more targets than target_limit",
     "what the monitor selects, or raise the limit"),
    (r"label_(?:name_length_|value_length_)?limit exceeded", "label-limit",
     "one metric has more or longer labels than the limits allow, so no sample is kept",
     "the metric that the error names"),
    ("certificate signed by unknown authority|certificate is not trusted", "unknown-authority",
     "its certificate is signed by an authority that Prometheus does not trust",
     "tlsConfig.ca of the monitor"),
    ("certificate has expired or is not yet valid", "certificate-expired",
     "its certificate has expired, or is not valid yet", "who renews it, and both clocks"),
    (r"certificate is (?:valid for|not valid for)|doesn't contain any IP SANs"
     r"|not valid for any names|legacy Common Name", "certificate-name",
     "its certificate is for another name", "tlsConfig.serverName of the monitor"),
    ("server gave HTTP response to HTTPS client|first record does not look like a TLS",
     "plain-expected",
     "it is scraped over https and speaks plain http", "scheme of the monitor"),
    (r"malformed HTTP response|HTTP request to an HTTPS server|transport connection broken",
     "tls-expected", "it is scraped over plain http and speaks https or something else",
     "scheme and port of the monitor"),
    (r"x509: |tls: ", "certificate", "TLS cannot be agreed on", "tlsConfig of the monitor"),
    (r"unable to read .*(?:file|secret)|no such file or directory|authorization credentials",
     "credentials", "Prometheus cannot read the credentials that it is to send",
     "the Secret or file that the scrape configuration names"),
    (r"HTTP status 401", "unauthorised", "it wants credentials, or others than were sent",
     "authorization, basicAuth or bearerTokenFile of the monitor"),
    (r"HTTP status 403", "forbidden", "the identity of Prometheus may not read its metrics",
     "RBAC of the service account of Prometheus: nonResourceURLs, nodes/metrics"),
    (r"HTTP status 404", "not-found", "there are no metrics at that path",
     "path of the monitor"),
    (r"HTTP status \d", "http-status", "it answers with an error", "logs of the target"),
    ("no such host|server misbehaving|lookup .* on ", "dns", "its name cannot be resolved",
     "the host name, and DNS"),
    ("connection refused", "refused", "nothing listens on that port, or not any more", _PORT),
    ("context deadline exceeded|i/o timeout|Client.Timeout|timeout awaiting", "timeout",
     "it did not answer within scrape_timeout",
     "network policies if it never answers; how long its metrics take if it answers late"),
    ("no route to host|network is unreachable|host is down", "unreachable",
     "there is no route to it", "whether the pod or node still exists, and the network"),
    (r"connection reset|\bEOF\b|broken pipe", "reset", "it closed the connection before answering",
     "logs and restarts of the target; whether it expects https"),
    ("duplicate sample|out of order|out of bounds|duplicate timestamp", "duplicate",
     "it exposes a series twice, or with timestamps of its own that go back",
     "the exporter; honorTimestamps of the monitor"),
    (r"expected .*got|valid start token|unsupported Content-Type|invalid metric|invalid UTF-8"
     r"|missing metric name|non-compliant|unexpected end of|strconv\.|zstd|data does not end with",
     "not-metrics", "what it answers is no metrics, or not in a form that Prometheus reads",
     "path and port of the monitor; fallbackScrapeProtocol where the Content-Type is missing"),
)  # fmt: skip
_KNOWN = tuple(
    (re.compile(words), Failure(cause, says, check)) for words, cause, says, check in _ROWS
)
_OTHER = Failure("other", "it cannot be scraped", "the error, and the logs of the target")


def why(error: str) -> Failure:
    """Return what the error of a target means."""
    said = error[:_LONGEST]
    return next((failure for words, failure in _KNOWN if words.search(said)), _OTHER)
