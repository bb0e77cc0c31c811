"""What this user's commands may do: by the policy that is given, or the user's own."""

from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import get_args

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.guidance import Guidance
from clusterwright.tools.trust.places import config_dir
from clusterwright.tools.trust.policy import Policy
from clusterwright.tools.trust.policy_file import load
from clusterwright.tools.trust.risk import Access

_KUBERNETES = "kubernetes"
_DOMAINS = (_KUBERNETES, "cluster_api", "helm", "prometheus", "gpu")
_EVERY = "*"


def authority_of(
    access: Access, policy: Path | None, guidance: Guidance | None = None
) -> Authority:
    """Return an authority; raise ToolError for a policy that is not valid, or not trusted."""
    return Authority(access, _policy(policy), guidance=guidance or Guidance())


def _policy(path: Path | None) -> Policy:
    if path is None:
        path = config_dir() / "policy.yaml"
        if not path.is_file():
            return Policy()
    policy = load(path)
    _check_changes(path, policy)
    return policy


def _check_changes(path: Path, policy: Policy) -> None:
    """Raise InvalidInputError for the name of a change that there is not: it would cover nothing.

    Only a policy that names changes has the kinds of all domains loaded.
    """
    named = [one for rule in policy.unattended for one in rule.changes if one != _EVERY]
    known = list(change_names()) if named else []
    for name in named:
        if name not in known:
            near = get_close_matches(name.removeprefix(f"{_KUBERNETES}/"), known, n=1)
            raise InvalidInputError(
                f"the policy {str(path)!r} is not valid: there is no change {name!r}",
                hint=f"near it: {near[0]}" if near else "changes are named as patch, gpu/set_mig",
            )


def change_names() -> Iterator[str]:
    """Yield the kinds of changes of all domains as a policy names them."""
    for domain in _DOMAINS:
        kinds: tuple[str, ...] = get_args(
            import_module(f"clusterwright.tools.{domain}.changes.asked").Kind
        )
        yield from kinds if domain == _KUBERNETES else (f"{domain}/{one}" for one in kinds)
