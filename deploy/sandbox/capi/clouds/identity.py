"""What several clouds ask of an identity: may this namespace use it, is its Secret there."""

import base64
import binascii

from clusterwright.deploy.sandbox.capi.clouds.cloud import REVOKED, Asked
from clusterwright.tools.manifest import Manifest, labels_of, mapping, strings, texts


def allowed(asked: Asked, identity: Manifest) -> bool:
    """Return whether the namespace of what is asked may use an identity.

    As `isClusterPermittedToUsePrincipal` in cluster-api-provider-aws, pkg/cloud/scope/session.go:
    no `allowedNamespaces` allows none, an empty one allows all.
    """
    spec = mapping(identity, "spec")
    if spec.get("allowedNamespaces") is None:
        return False
    namespaces = mapping(spec, "allowedNamespaces")
    if not namespaces or asked.namespace in texts(namespaces, "list"):
        return True
    wanted = strings(namespaces, "selector", "matchLabels")
    labels = labels_of(asked.find("v1", "Namespace", "", asked.namespace))
    return bool(wanted) and all(labels.get(k) == v for k, v in wanted.items())


def secret_text(secret: Manifest, key: str) -> str:
    """Return one entry of a Secret; an empty one when it is absent or no text."""
    try:
        return base64.b64decode(strings(secret, "data").get(key, "")).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def revoked(secret: Manifest) -> bool:
    """Return whether the simulated clouds reject what a Secret holds."""
    return any(REVOKED in secret_text(secret, key) for key in strings(secret, "data"))
