"""How a release does: its revision, its objects on the cluster, and who else has a say in them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Self

from anyio import to_thread
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import one_line, shorten
from clusterwright.tools.helm.live_objects import LiveObjects, live_objects
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.helm.placement import on_cluster
from clusterwright.tools.helm.record import LIMIT, Release, deployed
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.helm.views.view import Asked, Read, View
from clusterwright.tools.kubernetes.owners.claim import Question
from clusterwright.tools.kubernetes.owners.gitops import (
    argo_cd,
    cluster_deployment,
    flux,
    k0rdent,
    sveltos,
)
from clusterwright.tools.kubernetes.state import state_of
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_GITOPS = (argo_cd, flux, sveltos, k0rdent, cluster_deployment)
_SAID, _LONGEST, _SHORT, _OWNERS = 2_000, 400, 80, 5


class UnwellRow(BaseModel):
    """An object that is missing or does not do well."""

    model_config = ConfigDict(frozen=True)

    ref: Ref
    state: str


class StatusView(View):
    """What `helm status` tells, what runs, and what that rests on."""

    view: Literal["status"] = "status"
    chart: str
    app_version: str = ""
    updated: AwareDatetime | None = None
    age: str = ""
    description: str = Field(default="", description="As Helm recorded it.")
    deployed: int | None = Field(default=None, description="The deployed revision.")
    rolled_back_to: int | None = None
    apply_method: Literal["server-side", "client-side"]
    stored_in: str = Field(description="Kind of the record.")
    record_bytes: int = Field(description="Of the 1,048,576 that fit.")
    kept: int = Field(description="Revisions kept.")
    objects: dict[str, int] = Field(description="Of this revision's manifest, by kind.")
    hooks: int = 0
    failed_hooks: tuple[str, ...] = ()
    owners: tuple[str, ...] = Field(default=(), description="Who else applies its objects.")
    unwell: int = 0
    rows: tuple[UnwellRow, ...] = Field(default=(), description="Missing or unwell objects.")

    @property
    def units(self) -> int:
        """The objects that are unwell."""
        return len(self.rows)

    @property
    def end(self) -> int:
        """All that are unwell."""
        return self.unwell

    def first(self, units: int) -> Self:
        """Return the first of the unwell objects."""
        return self.model_copy(update={"rows": self.rows[:units]})

    def lines(self) -> list[str]:
        """Return the facts, then what is missing or unwell."""
        app = f", app {word(self.app_version)}" if self.app_version else ""
        runs = f"{self.deployed} deployed" if self.deployed else "none deployed"
        back = f", a return to {self.rolled_back_to}" if self.rolled_back_to else ""
        used = f"{self.record_bytes} of {LIMIT} bytes"
        objects = ", ".join(f"{n} {kind}" for kind, n in self.objects.items())
        lines = [f"{word(self.chart)}{app}, updated {self.age or '?'} ago{back}; {runs}"]
        lines += [quoted(self.description)] if self.description else []
        lines.append(
            f"applied {self.apply_method}; {self.kept} kept, this one in a {self.stored_in}"
        )
        lines[-1] += f" of {used}"
        lines.append(f"objects: {objects or 'none'}; hooks: {self.hooks}")
        lines += [f"hook that failed: {word(one)}" for one in self.failed_hooks]
        lines += [f"also applied by {one}" for one in self.owners]
        lines.append(f"missing or unwell: {self.unwell or 'none'}")
        return [*lines, *(f"! {row.ref}: {row.state}" for row in self.rows)]


async def read_status(asked: Asked) -> Read:
    """Return how a revision does, by the objects of its manifest as they stand now."""
    release, veil = await asked.record()
    gaps: tuple[Gap, ...] = ()
    try:
        wanted = await on_cluster(asked.connection, release.manifest, release.namespace)
    except InvalidInputError as error:
        wanted, gaps = (), (Gap(what="the objects of the manifest", reason=str(error)),)
    live = await live_objects(asked.connection, wanted)
    now = asked.connection.now

    def view() -> StatusView:
        rows = _unwell(wanted, live, now)
        facts = _facts(asked, release, veil)
        return facts.model_copy(
            update={
                "objects": dict(Counter(one.ref.kind_key for one in wanted).most_common()),
                "owners": _owners(asked, live),
                "unwell": len(rows),
                "rows": tuple(rows[asked.offset :]),
            }
        )

    return Read(await to_thread.run_sync(view), (*gaps, *live.gaps))


def _facts(asked: Asked, release: Release, veil: Veil) -> StatusView:
    running = deployed(asked.revisions)
    when = asked.revision.modified
    failed = [one for one in release.hooks if one.phase == "Failed"]
    return StatusView(
        chart=one_line(release.chart_label, _SHORT),
        app_version=one_line(release.app_version, _SHORT),
        updated=when,
        age=span(asked.connection.now - when) if when else "",
        description=shorten(veil.line(release.description, _SAID), _LONGEST),
        deployed=running.number if running else None,
        rolled_back_to=release.rolled_back_to or None,
        apply_method="server-side" if release.server_side else "client-side",
        stored_in=asked.revision.record.kind,
        record_bytes=release.size,
        kept=len(asked.revisions),
        objects={},
        hooks=len(release.hooks),
        failed_hooks=tuple(one_line(f"{one.kind}/{one.name}", _SHORT) for one in failed[:_OWNERS]),
    )


def _unwell(wanted: Sequence[Object], live: LiveObjects, now: datetime) -> list[UnwellRow]:
    """Return what is missing, then what is unwell."""
    missing: list[UnwellRow] = []
    unwell: list[UnwellRow] = []
    for one in wanted:
        if one.ref not in live.found:
            continue
        found = live.found[one.ref]
        if found is None:
            missing.append(UnwellRow(ref=one.ref, state="missing"))
            continue
        state = state_of(found, now)
        if not state.well:
            unwell.append(UnwellRow(ref=one.ref, state=state.text))
    return missing + unwell


def _owners(asked: Asked, live: LiveObjects) -> tuple[str, ...]:
    """Return who marked the objects as its own besides Helm, each with what shows it."""
    around = Snapshot(asked.connection.cluster, asked.connection.now, {})
    claims = [
        claim
        for one in live.found.values()
        if one is not None
        for owner in _GITOPS
        for claim in owner(Question(one, None, around))
    ]
    told = dict.fromkeys(f"{one_line(one.owner)} ({one.shown_by})" for one in claims)
    return tuple(told)[:_OWNERS]
