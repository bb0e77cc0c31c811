"""What this user's commands may do: by the policy that is given, or the user's own."""

from pathlib import Path

from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.guidance import Guidance
from clusterwright.tools.trust.places import config_dir
from clusterwright.tools.trust.policy import Policy
from clusterwright.tools.trust.policy_file import load
from clusterwright.tools.trust.risk import Access


def authority_of(
    access: Access, policy: Path | None, guidance: Guidance | None = None
) -> Authority:
    """Return an authority; raise ToolError for a policy that is not valid, or not trusted."""
    return Authority(access, _policy(policy), guidance=guidance or Guidance())


def _policy(path: Path | None) -> Policy:
    if path is not None:
        return load(path)
    own = config_dir() / "policy.yaml"
    return load(own) if own.is_file() else Policy()
