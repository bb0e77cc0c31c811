"""Whether silences may be posted and ended by the API server's proxy: asked before, not tried."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clusterwright.tools.errors import ForbiddenError, NotFoundError
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, dig
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.prometheus.endpoint import Endpoint

_GROUP, _KIND = "authorization.k8s.io", "SelfSubjectAccessReview"


async def check_proxy(connection: "Connection", endpoint: "Endpoint", verb: str) -> None:
    """Raise ForbiddenError where this credential may not send `verb` to a Service by the proxy.

    Passes for an endpoint that is reached otherwise, and where the question itself is not allowed.
    """
    if not endpoint.service or endpoint.forwarded:
        return
    review = _review(endpoint, verb)
    try:
        sent = await connection.write(review, dry_run=True)
    except (ForbiddenError, NotFoundError):
        return  # the write itself then tells
    if dig(sent.found, "status", "allowed") is False:
        asked = review.body["spec"]["resourceAttributes"]
        raise ForbiddenError(
            f"this credential cannot {verb} services/proxy {asked['name']!r} in namespace"
            f" {asked['namespace']!r}, by which {endpoint.service} is reached",
            hint=f"grant `{verb} services/proxy` there, or name an alertmanager_url in"
            " prometheus.yaml that is reached without the API server",
        )


def _review(endpoint: "Endpoint", verb: str) -> Write:
    _, namespace, service = endpoint.service.split("/")
    url = urlsplit(endpoint.url)
    body: Manifest = {
        "apiVersion": f"{_GROUP}/v1",
        "kind": _KIND,
        "spec": {
            "resourceAttributes": {
                "verb": verb,
                "resource": "services",
                "subresource": "proxy",
                "namespace": namespace,
                "name": f"{url.scheme}:{service}:{url.port}",
            }
        },
    }
    return Write(Verb.CREATE, Ref(_KIND, "silences", "", _GROUP), body)
