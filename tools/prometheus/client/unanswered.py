"""What goes wrong before there is an answer, said in our own errors."""

import re
import ssl

import httpx

from clusterwright.tools.errors import ToolError, UnauthenticatedError, UnreachableError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.prometheus.endpoint import Endpoint

_LONGEST = 500
_TLS = re.compile(r"certificate|SSL|TLS", re.IGNORECASE)


class LateError(UnreachableError):
    """There was no answer in the time that was allowed."""


def from_httpx(
    error: httpx.HTTPError | httpx.InvalidURL | ssl.SSLError, endpoint: Endpoint
) -> ToolError:
    """Return the error for a request that got no whole answer.

    A server that misses a client's certificate says so after the handshake, where httpx lets the
    error of ssl through.
    """
    words = one_line(str(error), _LONGEST) or type(error).__name__
    where = f"{endpoint} at {endpoint.url}"
    if isinstance(error, httpx.TimeoutException):
        return UnreachableError(
            f"{where} did not answer in time", hint="check the network, or try again later"
        )
    if _TLS.search(words):
        return UnauthenticatedError(
            f"no trusted connection to {where}: {words}",
            hint="check ca_file, cert_file and key_file in prometheus.yaml",
        )
    hint = f"check that it runs, and {endpoint.told_in}"
    hung_up = isinstance(error, httpx.ReadError | httpx.RemoteProtocolError)
    if hung_up and endpoint.url.startswith("https:") and not endpoint.cert_file:
        hint += "; who wants a certificate of its clients hangs up so: cert_file names one"
    return UnreachableError(f"{where} cannot be reached: {words}", hint=hint)
