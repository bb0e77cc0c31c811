"""Whether a chart is signed, and by whom: judged by helm, with the keys that are configured."""

import re
from pathlib import Path

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.helm.charts.repository import Repository
from clusterwright.tools.helm.client.kept import provenance_of
from clusterwright.tools.helm.client.program import find_program

NOT_SIGNED, NOT_VERIFIED = "not signed", "signed, not verified: no keyring is configured"
_SECONDS = 60.0
_SIGNER = re.compile(r"^Signed by: ?(.+)$", re.MULTILINE)
_KEY = re.compile(r"^Using Key With Fingerprint: ?([0-9A-F]{16,64})$", re.MULTILINE)


async def judged(repository: Repository, archive: Path) -> str:
    """Return what is known of who made an archive.

    With a keyring nothing else than `verified by ...` is returned: RefusedError is raised instead.
    """
    signed = provenance_of(archive).is_file()
    if repository.keyring is None:
        return NOT_VERIFIED if signed else NOT_SIGNED
    if not signed:
        raise RefusedError(
            f"{archive.name} is not signed, and repository {repository.name!r} takes only what is",
            hint=f"its keyring in {repository.origin} asks for it; whoever publishes it signs it",
        )
    program = await find_program()
    arguments = ["verify", f"--keyring={repository.keyring}"]
    ran = await program.run(arguments, operands=[str(archive)], seconds=_SECONDS)
    if not ran.ok:
        raise RefusedError(
            f"the signature of {archive.name} does not verify: {one_line(ran.error)}",
            hint=f"do not use it unless a key is missing in {repository.keyring}",
        )
    key, signer = _KEY.search(ran.stdout), _SIGNER.search(ran.stdout)
    name = one_line(signer[1], 120) if signer else "an unnamed signer"
    return f"verified by {name}{f', key {key[1]}' if key else ''}"
