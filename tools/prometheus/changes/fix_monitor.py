"""Have a ServiceMonitor or PodMonitor select what it is for: labels, namespaces, a port's name."""

from dataclasses import replace
from typing import ClassVar, cast

from pydantic import Field

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.field_path import MISSING, put
from clusterwright.tools.kubernetes.changes.kind import ObjectChange, existing
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import Check, Scene, Step
from clusterwright.tools.manifest import Json, Manifest, items, mapping
from clusterwright.tools.prometheus.changes.monitor_outlook import (
    ENDPOINTS,
    EVERYWHERE,
    POOLS,
    MonitorOutlook,
    chosen,
    discovered,
    full,
    kept_out,
    misses,
    outlook_of,
    port_of,
    told,
)
from clusterwright.tools.prometheus.changes.monitor_proof import is_scraped
from clusterwright.tools.prometheus.changes.rule_home import GROUP
from clusterwright.tools.ref import Ref, check_namespace
from clusterwright.tools.trust.risk import Risk

_MANY, _SHOWN = 50, 20


class FixMonitor(ObjectChange):
    """Change what a monitor selects, and nothing else of it."""

    kind: ClassVar[str] = "fix_monitor"
    selector: dict[str, str | None] | None = None
    namespaces: tuple[str, ...] | None = None
    port: str | None = Field(default=None, min_length=1, max_length=63)
    endpoint: int | None = Field(default=None, ge=0)
    backend: str | None = None

    @property
    def ref(self) -> Ref:
        """The monitor, with its group; raise InvalidInputError for what is none."""
        named = self.object
        if named.kind not in ENDPOINTS or named.group not in {"", GROUP} or not named.namespace:
            raise InvalidInputError(
                f"{named} is no monitor", hint="name ServiceMonitor/namespace/name or a PodMonitor"
            )
        return full(named)

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The monitor."""
        return (self.ref,)

    def wanted(self, scene: Scene) -> Manifest:
        """Return the monitor as it is to be; raise InvalidInputError where nothing is asked."""
        made: Json = existing(scene, self.ref)
        if self.selector is None and self.namespaces is None and self.port is None:
            raise InvalidInputError(
                f"what is wrong with {self.ref}?", hint="give selector, namespaces or port"
            )
        for key, value in (self.selector or {}).items():
            path = ("spec", "selector", "matchLabels", key)
            made = put(made, path, MISSING if value is None else value)
        if self.selector and not mapping(made, "spec", "selector", "matchLabels"):
            made = put(made, ("spec", "selector", "matchLabels"), MISSING)
            if not items(made, "spec", "selector", "matchExpressions"):
                raise InvalidInputError(
                    "without any label it would select everything there",
                    hint="name at least one label that what it is for has",
                )
        if self.namespaces is not None:
            made = put(made, ("spec", "namespaceSelector"), self._reach())
        if self.port is not None:
            field = ENDPOINTS[self.ref.kind]
            place = self._endpoint(items(made, "spec", field))
            made = put(made, ("spec", field, place, "port"), self.port)
            for other in ("targetPort", "portNumber"):  # one of the three counts
                if other in items(made, "spec", field)[place]:
                    made = put(made, ("spec", field, place, other), MISSING)
        return cast("Manifest", made)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch; nothing where the monitor is so already."""
        wanted, found = self.wanted(scene), outlook_of(scene, self.ref)
        step = patched(self.ref, existing(scene, self.ref), wanted)
        if step is None:
            return ()
        ref = self.ref
        notes = [told(found, wanted, ref)]
        if reason := kept_out(found, wanted, ref):
            notes.append(f"no Prometheus takes this monitor up, whatever it selects: {reason}")
        checks = (*step.checks, *self._checks(wanted))
        rests = sorted(str(Ref.of(one)) for one in chosen(found, wanted, ref))
        risks = tuple(self._risks(found, wanted, blind=bool(reason)))
        return (
            replace(step, notes=tuple(notes), checks=checks, risks=risks, rests_on=rests[:1_000]),
        )

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return what proves one that was written before its plan was cut short."""
        return self._checks(existing(scene, self.ref))

    def _checks(self, monitor: Manifest) -> tuple[Check, ...]:
        ref, pool = self.ref, POOLS[self.ref.kind]
        many = len(items(monitor, "spec", ENDPOINTS[ref.kind]))
        wanted = discovered(ref.kind, self.selector or {}, self.namespaces, self.port)
        changed = range(many) if self.port is None else (self.endpoint or 0,)
        return tuple(
            is_scraped(ref, f"{pool}/{ref.namespace}/{ref.name}/{index}", self.backend, wanted)
            for index in changed
        )

    def _reach(self) -> Manifest:
        given = self.namespaces or ()
        if given == (EVERYWHERE,):
            return {"any": True}
        if not given:
            raise InvalidInputError("it looks in no namespace", hint='name some, or ["*"]')
        return {"matchNames": [check_namespace(one) for one in given]}

    def _endpoint(self, endpoints: list[Manifest]) -> int:
        place = self.endpoint
        if place is None and len(endpoints) == 1:
            return 0
        if place is None or place >= len(endpoints):
            ports = [f"{n}: {port_of(one)}" for n, one in enumerate(endpoints[:_SHOWN])]
            raise InvalidInputError(
                f"{self.ref} has {len(endpoints)} endpoints: which is meant?",
                hint=f"give endpoint, by its place: {', '.join(ports) or 'it has none'}",
            )
        return place

    def _risks(
        self, found: MonitorOutlook, wanted: Manifest, *, blind: bool
    ) -> list[tuple[Risk, str]]:
        risks: list[tuple[Risk, str]] = []
        if blind:
            risks.append((Risk.HIGH, "no Prometheus takes the monitor up"))
        selected = chosen(found, wanted, self.ref)
        off = misses(found, wanted, self.ref)
        if not selected or off:
            why = off[0].says if off else "nothing has these labels"
            risks.append((Risk.HIGH, f"it would have no targets: {why}"))
        elif len(selected) > _MANY:
            risks.append((Risk.MEDIUM, f"{len(selected)} objects are scraped, which costs memory"))
        else:
            many = "1 object is" if len(selected) == 1 else f"{len(selected)} objects are"
            risks.append((Risk.LOW, f"{many} scraped"))
        return risks
