"""The words in which Prometheus and Go tell why a scrape failed."""

import pytest

from clusterwright.tools.prometheus.scraping.scrape_error import why

GET = 'Get "http://10.0.0.1:80/metrics": '


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (f"{GET}dial tcp 10.0.0.1:80: connect: connection refused", "refused"),
        (f"{GET}context deadline exceeded", "timeout"),
        (f"{GET}dial tcp 10.0.0.1:80: i/o timeout", "timeout"),
        (f"{GET}dial tcp 10.0.0.1:80: connect: no route to host", "unreachable"),
        (f"{GET}dial tcp: lookup cart on 10.0.0.10:53: no such host", "dns"),
        (f"{GET}read tcp 10.0.0.2:1->10.0.0.1:80: read: connection reset by peer", "reset"),
        (f"{GET}EOF", "reset"),
        ("server returned HTTP status 401 Unauthorized", "unauthorised"),
        ("server returned HTTP status 403 Forbidden", "forbidden"),
        ("server returned HTTP status 404 Not Found", "not-found"),
        ("server returned HTTP status 503 Service Unavailable", "http-status"),
        (f"{GET}tls: failed to verify certificate: x509: certificate signed by unknown authority",
         "unknown-authority"),
        (f"{GET}x509: certificate has expired or is not yet valid: current", "certificate-expired"),
        (f"{GET}x509: certificate is valid for cart, not 10.0.0.1", "certificate-name"),
        (f"{GET}http: server gave HTTP response to HTTPS client", "plain-expected"),
        (f'{GET}net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15"',
         "tls-expected"),
        ("unable to read authorization credentials file /x: open /x: no such file or directory",
         "credentials"),
        ("body size limit exceeded", "body-size"),
        ("sample limit exceeded", "sample-limit"),
        ("label_limit exceeded (metric: x, number of labels: 90, limit: 30)", "label-limit"),
        ('received unsupported Content-Type "text/html" and no fallback_scrape_protocol specified',
         "not-metrics"),
        ('expected a valid start token, got "<" ("INVALID") while parsing: "<"', "not-metrics"),
        ("duplicate sample for timestamp", "duplicate"),
        ("something that no version says", "other"),
        ("", "other"),
        ("x" * 1_000_000, "other"),
    ],
)  # fmt: skip
def test_an_error_is_told_by_its_cause(error: str, cause: str) -> None:
    failure = why(error)
    assert failure.cause == cause
    assert failure.says
    assert failure.check
