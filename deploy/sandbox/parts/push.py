"""Push an image to a registry over HTTP, as the OCI distribution specification has it."""

import httpx

from clusterwright.deploy.sandbox.parts.errors import PartError
from clusterwright.deploy.sandbox.parts.images import Image, digest_of

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_SECONDS = 30.0


def push_image(
    registry_url: str,
    name: str,
    image: Image,
    *,
    auth: tuple[str, str] | None = None,
    transport: httpx.BaseTransport | None = None,
) -> str:
    """Push an image and return the digest under which the registry keeps it.

    Args:
        registry_url: such as `http://127.0.0.1:5000`.
        name: repository and tag, without the registry, such as `shop/cart:1.4`.
        image: what to push; blobs that the registry has are not sent again.
        auth: user name and password, for a registry that asks.
        transport: how to get there, if not over the network of this process.
    """
    repository, _, tag = name.partition(":")
    # The proxies of the environment are for the world outside; this registry is our own.
    with httpx.Client(
        base_url=registry_url, auth=auth, transport=transport, timeout=_SECONDS, trust_env=False
    ) as client:
        try:
            for blob in (*image.layers, image.config):
                _push_blob(client, repository, blob)
            manifest = image.manifest()
            headers = {"Content-Type": _MANIFEST}
            answer = client.put(
                f"/v2/{repository}/manifests/{tag}", content=manifest, headers=headers
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise PartError(
                f'"{name}" could not be pushed to {registry_url}: {error}',
                hint="The registry must answer /v2/ and accept this user.",
            ) from error
    return digest_of(manifest)


def _push_blob(client: httpx.Client, repository: str, blob: bytes) -> None:
    digest = digest_of(blob)
    if client.head(f"/v2/{repository}/blobs/{digest}").is_success:
        return
    upload = client.post(f"/v2/{repository}/blobs/uploads/")
    upload.raise_for_status()
    place = upload.url.join(upload.headers["Location"]).copy_merge_params({"digest": digest})
    headers = {"Content-Type": "application/octet-stream"}
    client.put(place, content=blob, headers=headers).raise_for_status()
