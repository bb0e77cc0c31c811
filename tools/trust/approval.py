"""A person's yes, signed with a key that neither a server nor a model can read.

It names the plan, the digest of what was shown, and the cluster, and it expires: it fits nothing
but what the person saw.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import AwareDatetime, BaseModel, ConfigDict

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.trust.seal import canonical

_PURPOSE = b"clusterwright approval v1\0"
_LONGEST = timedelta(hours=24)
_AHEAD = timedelta(seconds=60)
"""How far two machines' clocks may be apart."""
_SHOWN = 80
_AGAIN = "look at the plan and approve it again: clusterwright approve PLAN"


class Approval(BaseModel):
    """Who approved what, until when."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    plan: str
    digest: str
    cluster: str
    approver: str
    made: AwareDatetime
    not_after: AwareDatetime
    nonce: str
    key: str
    signature: str = ""


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return what names a public key: the SHA-256 of its raw bytes, shortened."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:32]


def sign(
    key: Ed25519PrivateKey,
    *,
    plan: str,
    digest: str,
    cluster: str,
    approver: str,
    lifetime: timedelta,
    now: datetime,
) -> Approval:
    """Return a signed approval that holds for `lifetime`: more than nothing, at most 24 hours."""
    if not timedelta() < lifetime <= _LONGEST:
        raise InvalidInputError(
            f"an approval cannot hold for {lifetime}", hint="let it hold for at most 24 hours"
        )
    draft = Approval(
        plan=plan,
        digest=digest,
        cluster=cluster,
        approver=approver,
        made=now,
        not_after=now + lifetime,
        nonce=secrets.token_hex(8),
        key=fingerprint(key.public_key()),
    )
    signature = base64.b64encode(key.sign(_covered(draft))).decode()
    return draft.model_copy(update={"signature": signature})


def check(
    approval: Approval,
    *,
    trusted: Mapping[str, Ed25519PublicKey],
    plan: str,
    digest: str,
    cluster: str,
    now: datetime,
) -> None:
    """Raise RefusedError unless an approval is genuine, in time, and for just this."""
    key = trusted.get(approval.key)
    if key is None:
        raise RefusedError(
            f"the approval is signed with key {approval.key[:_SHOWN]!r}, which is not trusted here",
            hint="put the approver's public key into the folder of approvers, if you trust it",
        )
    try:
        key.verify(base64.b64decode(approval.signature, validate=True), _covered(approval))
    except (InvalidSignature, ValueError) as error:
        raise RefusedError("the approval's signature is not genuine", hint=_AGAIN) from error
    wrong = _mismatch(approval, plan, digest, cluster) or _untimely(approval, now)
    if wrong:
        raise RefusedError(wrong, hint=_AGAIN)


def _mismatch(approval: Approval, plan: str, digest: str, cluster: str) -> str:
    if approval.plan != plan:
        return f"the approval is for plan {approval.plan[:_SHOWN]!r}, not for {plan!r}"
    if approval.cluster != cluster:
        return "the approval is for another cluster"
    if approval.digest != digest:
        return "the plan's content is not what was approved"
    return ""


def _untimely(approval: Approval, now: datetime) -> str:
    if approval.made > now + _AHEAD:
        return "the approval is of the future: compare the clocks of both machines"
    if approval.not_after - approval.made > _LONGEST:
        return "the approval would hold for more than 24 hours"
    if now > approval.not_after:
        expired = approval.not_after.astimezone(UTC)
        return f"the approval expired at {expired:%Y-%m-%d %H:%M:%SZ}"
    return ""


def _covered(approval: Approval) -> bytes:
    return _PURPOSE + canonical(approval.model_dump(mode="json", exclude={"signature"}))
