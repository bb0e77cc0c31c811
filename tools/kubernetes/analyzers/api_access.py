"""Programs that end because the API server forbids them what they ask."""

import re
from collections.abc import Sequence
from typing import NamedTuple

CODE = "pod/api-access-denied"

# ForbiddenMessage of k8s.io/apiserver, pkg/endpoints/handlers/responsewriters/errors.go
_FORBIDDEN = re.compile(
    r"User \\?\"system:serviceaccount:(?P<namespace>[a-z0-9-]{1,63}):"
    r"(?P<account>[\w.-]{1,253})\\?\""
    r" cannot (?P<verb>\w{1,30}) resource \\?\"(?P<resource>[\w./-]{1,200})\\?\""
    r" in API group \\?\"(?P<group>[\w.-]{0,253})\\?\""
    r"(?: in the namespace \\?\"(?P<where>[a-z0-9-]{1,63})\\?\"| at the cluster scope)?"
)


class Denied(NamedTuple):
    """What was forbidden, to whom, and the line that says so."""

    line: str
    sentence: str
    fix: str


def denied(lines: Sequence[str]) -> Denied | None:
    """Return what the last line says of a request that the API server forbade, if one does."""
    for line in reversed(lines):
        found = _FORBIDDEN.search(line[:2_000])
        if found is None:
            continue
        account = f"{found['namespace']}/{found['account']}"
        resource = found["resource"] + (f".{found['group']}" if found["group"] else "")
        where = f"in namespace {found['where']}" if found["where"] else "in the whole cluster"
        binding = "RoleBinding" if found["where"] else "ClusterRoleBinding"
        return Denied(
            found[0],
            f"ServiceAccount {account} may not {found['verb']} {resource} {where}",
            f"Let ServiceAccount {account} {found['verb']} {resource} {where}: a role with that"
            f" rule, and a {binding}.",
        )
    return None
