"""Whether somebody signed a plan: the approvals that were left for it, each judged anew."""

from datetime import datetime

from clusterwright.tools.change import Plan
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.trust.approval import check
from clusterwright.tools.trust.approver_key import trusted
from clusterwright.tools.trust.authority import Authority


def approved_by(authority: Authority, plan: Plan, now: datetime) -> str:
    """Return who has signed a valid approval of a plan; empty if nobody has.

    Raises RefusedError, with the reason, if there are approvals and none is valid.
    """
    found = authority.store.approvals(plan.id)
    keys = trusted(authority.trusted_keys) if found else {}
    wrong: RefusedError | None = None
    for one in found:
        try:
            check(
                one,
                trusted=keys,
                plan=plan.id,
                digest=plan.digest,
                cluster=plan.identity,
                now=now,
            )
        except RefusedError as error:
            wrong = wrong or error
        else:
            return one.approver
    if wrong is not None:
        raise wrong
    return ""
