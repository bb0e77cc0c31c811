"""Copies of a sandbox's kubeconfig that lack something: rights, validity, a server."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Json, Manifest

_HOUR = timedelta(hours=1)


def edited(
    sandbox: Instance, place: Path, *, user: Manifest | None = None, server: str = ""
) -> Path:
    """Return a copy with other credentials, or another address."""
    content: Json = json.loads(sandbox.kubeconfig.read_text(encoding="utf-8"))
    if user is not None:
        content["users"][0]["user"] = user
    if server:
        content["clusters"][0]["cluster"]["server"] = server
    path = place / "kubeconfig"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def expired(sandbox: Instance, place: Path) -> Path:
    """Return a copy whose client certificate, from the right authority, ended an hour ago."""
    authority = sandbox.directory / "certificates"
    issuer = x509.load_pem_x509_certificate((authority / "ca.crt").read_bytes())
    signer = serialization.load_pem_private_key((authority / "ca.key").read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "late")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * _HOUR)
        .not_valid_after(now - _HOUR)
        .sign(signer, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    user = {
        "client-certificate-data": base64.b64encode(certificate.public_bytes(pem)).decode(),
        "client-key-data": base64.b64encode(private).decode(),
    }
    return edited(sandbox, place, user=user)
