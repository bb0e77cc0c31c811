"""Make a change of a released object where it belongs: in the values of its Helm release."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from clusterwright.agents.hub import Hub
from clusterwright.agents.remediate.found import Found
from clusterwright.agents.remediate.hands import Hands
from clusterwright.agents.remediate.owners import Owner, fields_of
from clusterwright.agents.remediate.release_values import Values, merged, read_values
from clusterwright.agents.remediate.told import Planned
from clusterwright.agents.remediate.values import Candidate, Wanted, candidates, proves, spell_field
from clusterwright.tools.errors import ToolError
from clusterwright.tools.excerpt import few
from clusterwright.tools.field_path import MISSING, parse, read, spell
from clusterwright.tools.finding import Remedy
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref

HELM = "helm"
"""How the tools of a Helm server begin."""
_KUBERNETES = "k8s"


@dataclass
class Translated:
    """What became of a change in terms of a release's values."""

    remedy: Remedy | None = None
    planned: Planned | None = None
    lines: list[str] = field(default_factory=list[str])
    """The plan in the server's own words."""
    value: str = ""
    """The value that is changed; where nothing could be planned, the one that most likely is it."""
    why_not: str = ""


class _Object(BaseModel):
    fields: dict[str, list[Any]] | None = None


async def in_values(
    hub: Hub, found: Found, cluster: str, remedy: Remedy, owner: Owner
) -> Translated:
    """Plan what a remedy sets as an upgrade of the release; say why not where that is not known."""
    release, hands = owner.release, found.hands_of(HELM, cluster)
    fields = fields_of(remedy)
    if release is None or hands is None or not fields:
        return Translated()
    named = f"{release.namespace}/{release.name}"
    try:
        wanted = await _wanted(hub, found, cluster, fields)
        values = await read_values(hub, hands, cluster, named)
    except ToolError as error:
        return Translated(why_not=f"the values of {named} could not be looked at: {error}")
    joined = _joined(values.read, wanted)
    if not joined:
        return Translated(why_not=_unheld(named, values, wanted))
    return await _first_proven(hub, hands, cluster, _Upgrade(named, wanted, joined))


def _unheld(named: str, values: Values, wanted: Sequence[Wanted]) -> str:
    """Return that no value holds what is wanted, as far as that is known."""
    told = few([spell_field((one.object, spell(one.path))) for one in wanted])
    if values.complete:
        return f"no value of {named} holds {told}: its chart sets that itself"
    return f"not all values of {named} could be read, and none of the others holds {told}"


@dataclass(frozen=True, slots=True)
class _Upgrade:
    named: str
    wanted: Sequence[Wanted]
    candidates: Sequence[Candidate]


async def _first_proven(hub: Hub, hands: Hands, cluster: str, asked: _Upgrade) -> Translated:
    """Return the first candidate whose plan changes what is wanted, and nothing else."""
    reasons: list[str] = []
    likely = ""
    for one in asked.candidates:
        change: Manifest = {"kind": "upgrade", "release": asked.named, "values": one.values}
        remedy = Remedy(
            say=f"set {one.spelled} in the values of Helm release {asked.named}",
            changes=(change,),
            tool=hands.plan,
        )
        spelled = f"{hands.plan} {json.dumps(change)}"
        try:
            planned, lines = await hands.planned(hub, [change], cluster)
        except ToolError as error:
            hint = f"; {error.hint}" if error.hint else ""
            reasons.append(f"{spelled} is refused: {error}{hint}")
            likely = likely or one.spelled
            continue
        why_not = planned.note or "" if planned.plan_id is None else ""
        why_not = why_not or ("it is too long to judge" if planned.more_steps else "")
        why_not = why_not or proves(planned.steps, asked.wanted)
        if not why_not:
            return Translated(remedy, planned, lines, one.spelled)
        reasons.append(f"{one.spelled} is not it: {why_not}")
    return Translated(value=likely, why_not="; ".join(reasons))


def _joined(values: Mapping[str, Json], wanted: Sequence[Wanted]) -> list[Candidate]:
    """Return candidates for all fields together: for more than one field, the likeliest of each."""
    each = [candidates(values, one) for one in wanted]
    if not each or not all(each):
        return []
    if len(each) == 1:
        return each[0]
    together: Manifest = {}
    for some in each:
        together = merged(together, some[0].values)
    return [Candidate(each[0][0].path, together)]


async def _wanted(
    hub: Hub, found: Found, cluster: str, fields: Mapping[tuple[str, str], object]
) -> list[Wanted]:
    """Return the fields that a remedy sets, with what they hold now; those that differ."""
    hands = found.hands_of(_KUBERNETES, cluster)
    wanted: list[Wanted] = []
    parts: dict[tuple[str, str], Json] = {}
    for (spelled, path), after in fields.items():
        where = parse(path)
        part = (spelled, str(where[0]))
        if part not in parts and hands is not None:
            parts[part] = await _part(hub, hands, cluster, part)
        before = read(parts.get(part), where[1:])
        if before != after and not (before is MISSING and after is None):
            wanted.append(Wanted(spelled, where, before, after))
    return wanted


async def _part(hub: Hub, hands: Hands, cluster: str, part: tuple[str, str]) -> Json:
    """Return one member of an object, as `spec`."""
    ref, path = Ref.parse(part[0]), f"$.{part[1]}"
    asked = {"kind": ref.kind_key, "name": ref.name, "namespace": ref.namespace, "path": path}
    arguments = {key: value for key, value in {**asked, "cluster": cluster}.items() if value}
    shown = await hub.call(hands.server, f"{_KUBERNETES}_get", arguments, _Object)
    values = (shown.fields or {}).get(path, [])
    return values[0] if values else None
