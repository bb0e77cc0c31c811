"""Signs of life of the operation that holds a release as pending."""

from datetime import datetime

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.helm.changes.outlook import Outlook
from clusterwright.tools.helm.life import life_of


def signs_of(found: Outlook, now: datetime) -> tuple[str, ...]:
    """Return what speaks against that the operation is dead, by the cluster's own clock."""
    if found.newest is None:
        return ()
    life = life_of(found.newest, [one.ref for one in found.present], found.live, now)
    if not life.alive(now):
        return ()
    if life.hooks:
        return tuple(f"its hook {one} is running" for one in life.hooks)
    ago = f" {(now - life.last).total_seconds():.0f} s ago" if life.last else ", nobody knows when"
    return (f"it was at work{ago}",)


def require_dead(found: Outlook, now: datetime) -> None:
    """Raise RefusedError for a pending release whose operation may be at work yet."""
    newest = found.history[0]
    signs = signs_of(found, now) if newest.status.pending else ()
    if signs:
        raise RefusedError(
            f"whatever made revision {newest.number} of {found.ref} may be at work yet:"
            f" {'; '.join(signs)} [pending-lock]",
            hint="wait until it ends, or find out that its process is gone (a CI job, a"
            ' controller, a terminal), and plan {"kind":"unlock"} with dead=true',
        )
