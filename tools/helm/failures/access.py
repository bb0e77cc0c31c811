"""What the credential may not do."""

import re

from clusterwright.tools.helm.failures.failure import Detail, Failure, words

_CANNOT = re.compile(
    r'cannot (?P<verb>[\w-]{1,63}) resource "(?P<resource>[^"\n]{1,253})" in API group'
    r' "(?P<group>[^"\n]{0,253})"(?: in the namespace "(?P<namespace>[^"\n]{1,253})")?'
)


def _access(text: str) -> Detail:
    """Return the verb and resource as a Role names them, as `create deployments.apps`."""
    found = _CANNOT.search(text)
    if found is None:
        return {}
    group = f".{found['group']}" if found["group"] else ""
    where = f"the namespace {found['namespace']}" if found["namespace"] else "the whole cluster"
    return {"access": f"{found['verb']} {found['resource']}{group}", "place": where}


FORBIDDEN = Failure(
    "forbidden",
    "The credential may not do this; Helm keeps its records in Secrets and has to list them.",
    words(
        r'forbidden: User "(?P<user>[^"\n]{1,253})" cannot (?P<verb>[\w-]{1,63}) resource'
        r' "(?P<resource>[^"\n]{1,253})" in API group "(?P<group>[^"\n]{0,253})"'
        r'(?: in the namespace "(?P<namespace>[^"\n]{1,253})"| at the cluster scope)',
    ),
    "{user} may not {access} in {place}.",
    "Have it allowed by a Role, or use a credential that may. Every operation needs get, list,"
    " create, update and delete of secrets in the release's namespace; waiting needs list and watch"
    " of what the chart makes.",
    "k8s.io/apiserver v0.36.3, pkg/endpoints/handlers/responsewriters/errors.go",
    reads=_access,
)
ESCALATION = Failure(
    "escalation",
    "The chart grants rights that the credential itself does not have.",
    words(
        r'user "(?P<user>[^"\n]{1,253})" .{0,1000}?is attempting to grant RBAC permissions not'
        r" currently held",
    ),
    "{object} grants what {user} does not have, and nobody may grant more than he has.",
    "Have somebody with those rights make the Role or its binding, or grant the verb escalate (of a"
    " binding: bind).",
    "k8s.io/kubernetes v1.36.3, pkg/registry/rbac",
)
