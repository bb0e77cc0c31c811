"""The policy file: YAML that nobody else may write, read as a whole or refused with the reason."""

from pathlib import Path

from clusterwright.tools.trust.policy import Policy, Rule
from clusterwright.tools.trust.settings_file import load_settings

_EXAMPLE = "a rule is, say, {changes: [restart], clusters: ['dev-*'], namespaces: ['shop-*']}"


def load(path: Path) -> Policy:
    """Return the policy of a file; raise a ToolError that tells what is wrong with it and where."""
    return load_settings(path, Policy, Rule, "policy", _EXAMPLE)
