"""Hooks: objects that Helm makes at a point of an operation, and waits for."""

import re

from clusterwright.tools.helm.failures.failure import Depth, Detail, Failure, words

_BEFORE = re.compile(
    r"(?:warning: Hook [a-z-]{1,20} [^\s]{1,500} failed|failed (?:pre|post)-install|hooks failed): "
)


def _why(text: str) -> Detail:
    """Return what stands after all that names the hook."""
    ends = [found.end() for found in _BEFORE.finditer(text)]
    return {"why": text[ends[-1] :].strip()} if ends else {}


HOOK_FAILED = Failure(
    "hook-failed",
    "A hook did not end well, or not in time.",
    words(
        r"warning: Hook (?P<event>[a-z-]{1,20}) (?P<hook>[^\s]{1,500}) failed: ",
        r"failed (?P<event>pre-install|post-install): ",
        r"(?P<event>pre-upgrade|post-upgrade) hooks failed: ",
    ),
    "A {event} hook did not end well: {why}.",
    "Read the logs and events of the hook's Job or Pod; mend what it needs, then plan the `upgrade`"
    " again. A hook that is stuck goes by `remove_hook`. What came before the hook was applied.",
    "helm/helm v4.3.1 and v3.22.0, pkg/action/hooks.go, install.go, upgrade.go; of a rollback, an"
    " uninstall or a test, a hook that runs out of time is told like any object that is not ready",
    depth=Depth.PLACE,
    reads=_why,
)
