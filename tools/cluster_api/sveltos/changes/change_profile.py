"""Change a profile of Sveltos: its charts, its policies, its mode, the clusters that it is for."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, cast

from pydantic import Field

from clusterwright.tools.cluster_api.estate import CLUSTER
from clusterwright.tools.cluster_api.sveltos.kinds import (
    CLUSTER_PROFILE,
    CONFIG,
    PROFILE,
    SUMMARY,
    SVELTOS_CLUSTER,
    cluster_of,
    profile_of,
    release_of,
)
from clusterwright.tools.cluster_api.sveltos.matching import clusters_of, matching
from clusterwright.tools.cluster_api.sveltos.profile_edit import ProfileEdit
from clusterwright.tools.cluster_api.sveltos.suspended import is_paused
from clusterwright.tools.errors import InvalidInputError, NotFoundError, RefusedError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.field_path import put
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.patch import patched
from clusterwright.tools.kubernetes.changes.step import (
    Check,
    Failed,
    Listing,
    Met,
    Pending,
    Scene,
    Step,
    Verdict,
)
from clusterwright.tools.manifest import Manifest, items, mapping, text
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref, check_name, check_namespace
from clusterwright.tools.trust.risk import Risk

_ALL, _NONE = "all-clusters", "no-cluster"
_SECONDS = 600.0
_SHOWN = 10
_DRY = "DryRun"


class ChangeProfile(Change):
    """Change a ClusterProfile/name, or a Profile/namespace/name."""

    kind: ClassVar[str] = "change_profile"
    resumes: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = (
        CLUSTER,
        SVELTOS_CLUSTER,
        SUMMARY,
        CLUSTER_PROFILE,
        PROFILE,
    )
    """Kinds that are read of all namespaces."""
    name: str = Field(min_length=1)
    profile: ProfileEdit
    accept: tuple[str, ...] = ()

    @property
    def ref(self) -> Ref:
        """The profile; raise InvalidInputError for what names none."""
        head, *rest = self.name.split("/")
        match head.partition(".")[0], rest:
            case "ClusterProfile", [name]:
                return Ref("ClusterProfile", check_name(name), "", CONFIG)
            case "Profile", [namespace, name]:
                return Ref("Profile", check_name(name), check_namespace(namespace), CONFIG)
            case _:
                raise InvalidInputError(
                    f"{self.name[:120]!r} names no profile",
                    hint="write ClusterProfile/name or Profile/namespace/name",
                )

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The profile."""
        return (self.ref,)

    @property
    def references(self) -> tuple[Ref, ...]:
        """The ConfigMaps and Secrets that have to be there."""
        asked = self.profile.add_policies
        return tuple(Ref(one.kind, check_name(one.name), one.namespace) for one in asked)

    def proofs(self, scene: Scene) -> tuple[Check, ...]:
        """Return that its clusters tell of it as it stands."""
        found = scene.live.get(self.ref)
        return (self._applied(found, tuple(matching(scene.around, found))),) if found else ()

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one patch; raise RefusedError for a profile that would be for none, or for all."""
        before = self._existing(scene)
        wanted = self._charts(before)
        wanted = self._policies(scene, wanted)
        if self.profile.sync_mode is not None:
            wanted = _put(wanted, ("spec", "syncMode"), self.profile.sync_mode)
        if self.profile.selector is not None:
            _check_selector(self.profile.selector)
            wanted = _put(wanted, ("spec", "clusterSelector"), self.profile.selector)
        found = patched(self.ref, before, wanted)
        if found is None:
            return ()
        was, will = (tuple(matching(scene.around, one)) for one in (before, wanted))
        self._check_extent(scene, will)
        self._check_conflicts(scene, wanted, was, will)
        return (
            replace(
                found,
                checks=(self._applied(wanted, will),),
                risks=(self._risk(was, will),),
                notes=tuple(_notes(before, wanted, was, will)),
                rests_on=sorted(str(one) for one in will),
            ),
        )

    def _existing(self, scene: Scene) -> Manifest:
        found = scene.live.get(self.ref)
        if found is None:
            kind = f"{self.ref.kind}.{CONFIG}"
            there = few(sorted(str(Ref.of(one)) for one in scene.around.of_kind(kind)), _SHOWN)
            raise NotFoundError(
                f"there is no {self.ref} on {scene.cluster}", hint=f"there are {there or 'none'}"
            )
        return found

    def _charts(self, before: Manifest) -> Manifest:
        charts = items(before, "spec", "helmCharts")
        known = {release_of(one) for one in charts}
        gone = set(self.profile.remove_charts)
        missing = sorted(gone - known)
        if missing:
            raise NotFoundError(
                f"{self.ref} has no release {missing[0][:120]}",
                hint=f"it has {few([word(one) for one in sorted(known)], _SHOWN) or 'none'}",
            )
        charts = [one for one in charts if release_of(one) not in gone]
        for one in self.profile.add_charts:
            release = f"{one.releaseNamespace}/{one.releaseName}"
            if release in known - gone:
                raise RefusedError(
                    f"{self.ref} has a release {release} already",
                    hint="name it in remove_charts too, to put the new chart in its place",
                )
            entry = {k: v for k, v in one.model_dump().items() if v not in {None, ""}}
            charts.append({**entry, "helmChartAction": "Install"})
        return _put(before, ("spec", "helmCharts"), charts)

    def _policies(self, scene: Scene, before: Manifest) -> Manifest:
        policies = items(before, "spec", "policyRefs")
        known = {_policy(one) for one in policies}
        missing = sorted(set(self.profile.remove_policies) - known)
        if missing:
            raise NotFoundError(
                f"{self.ref} has no policy {missing[0][:120]}",
                hint=f"it has {few([word(one) for one in sorted(known)], _SHOWN) or 'none'}",
            )
        policies = [one for one in policies if _policy(one) not in self.profile.remove_policies]
        for one, ref in zip(self.profile.add_policies, self.references, strict=True):
            if scene.around.get(ref) is None:
                raise NotFoundError(
                    f"there is no {ref}", hint="create it first; Sveltos would not try again"
                )
            if _policy(one.model_dump()) not in known:
                policies.append(one.model_dump())
        return _put(before, ("spec", "policyRefs"), policies)

    def _check_extent(self, scene: Scene, will: Sequence[Ref]) -> None:
        """Raise RefusedError where nobody said that it may be for no cluster, or for every one."""
        unknown = [one for one in self.accept if one not in {_ALL, _NONE}]
        if unknown:
            raise InvalidInputError(
                f"{unknown[0][:80]!r} is nothing to accept", hint=f"there are {_ALL}, {_NONE}"
            )
        there = clusters_of(scene.around, self.ref.namespace)
        if not will and _NONE not in self.accept:
            raise RefusedError(
                f"{self.ref} would be for none of {len(there)} clusters",
                hint=f'correct its selector; if that is meant, accept=["{_NONE}"]',
            )
        if len(will) > 1 and len(will) == len(there) and _ALL not in self.accept:
            raise RefusedError(
                f"{self.ref} would be for every one of {len(there)} clusters:"
                f" {few([_short(one) for one in will])}",
                hint=f'narrow its selector; if that is meant, accept=["{_ALL}"]',
            )

    def _check_conflicts(
        self, scene: Scene, wanted: Manifest, was: Sequence[Ref], will: Sequence[Ref]
    ) -> None:
        """Raise RefusedError for a release that would be new on a cluster, and another's there."""
        added = {f"{one.releaseNamespace}/{one.releaseName}" for one in self.profile.add_charts}
        every = {release_of(one) for one in items(wanted, "spec", "helmCharts")}
        for summary in scene.around.of_kind(SUMMARY):
            where = cluster_of(summary)
            if where is None or where not in will or profile_of(summary) == self.ref:
                continue
            new = added if where in was else every
            for one in items(summary, "spec", "clusterProfileSpec", "helmCharts"):
                if release_of(one) in new:
                    raise RefusedError(
                        f"{profile_of(summary)} has release {word(release_of(one))} on"
                        f" {_short(where)} already",
                        hint="one profile has a release; change that one, or take another name",
                    )

    def _risk(self, was: Sequence[Ref], will: Sequence[Ref]) -> tuple[Risk, str]:
        felt = sorted({*was, *will})
        risk = Risk.HIGH if len(felt) >= _MANY else Risk.MEDIUM
        names = few([_short(one) for one in felt])
        return risk, f"it changes what runs on {len(felt)} clusters: {names or 'none'}"

    def _applied(self, wanted: Manifest, will: Sequence[Ref]) -> Check:
        sort = "cluster-profile-name" if self.ref.kind == "ClusterProfile" else "profile-name"
        label = f"projectsveltos.io/{sort}={self.ref.name}"
        return Check(
            f"{self.ref} is applied on {len(will)} clusters",
            self.ref,
            partial(_judge, mapping(wanted, "spec"), frozenset(will)),
            (Listing(SUMMARY, self.ref.namespace, label),),
            _SECONDS,
        )


_MANY = 5
_SPEC = ("helmCharts", "policyRefs", "syncMode")


def _judge(
    spec: Manifest, will: frozenset[Ref], found: Manifest | None, listed: Sequence[Manifest]
) -> Verdict:
    if found is None:
        return Failed("it does not exist any more")
    if is_paused(found):
        return Met()  # nothing moves until it goes on
    seen: set[Ref | None] = set()
    for one in listed:
        own = mapping(one, "spec", "clusterProfileSpec")
        where = f"on {word(text(one, 'spec', 'clusterName'))}"
        if any((own.get(key) or None) != (spec.get(key) or None) for key in _SPEC):
            return Pending(f"the change has not come {where} yet")
        for feature in items(one, "status", "featureSummaries"):
            how = text(feature, "status")
            if how != "Provisioned" and text(own, "syncMode") != _DRY:
                said = text(feature, "failureMessage")
                told = f": {quoted(one_line(said))}" if said else ""
                return Pending(f"{word(how)} {where}{told}", stuck=how.startswith("Failed"))
        seen.add(cluster_of(one))
    waits = sorted(str(one) for one in will - seen)
    return Pending(f"nothing is told of {few(waits, 3)} yet") if waits else Met()


def _notes(
    before: Manifest, wanted: Manifest, was: Sequence[Ref], will: Sequence[Ref]
) -> list[str]:
    notes = [f"for {len(will)} clusters: {_few(will) or 'none'}"]
    new, gone = sorted({*will} - {*was}), sorted({*was} - {*will})
    notes += [f"newly for {_few(new)}"] if new else []
    if gone:
        kept = text(wanted, "spec", "stopMatchingBehavior") == "LeavePolicies"
        fate = "what is there stays" if kept else "what it put there is taken away"
        notes.append(f"no longer for {_few(gone)}: {fate}")
    mode = text(wanted, "spec", "syncMode")
    if mode != text(before, "spec", "syncMode"):
        notes.append(_MODES.get(mode, ""))
    if is_paused(wanted):
        notes.append("it is paused: the change takes effect when it goes on")
    return [one for one in notes if one]


_MODES = {
    "OneTime": "OneTime: later changes of the profile reach no cluster that has it already",
    _DRY: "DryRun: nothing is applied; what would be is told in ClusterReports",
    "ContinuousWithDriftDetection": "what is changed by hand on a cluster is taken back",
}


def _check_selector(selector: Manifest) -> None:
    odd = set(selector) - {"matchLabels", "matchExpressions"}
    if odd:
        raise InvalidInputError(
            f"a selector has no {sorted(odd)[0][:60]!r}",
            hint='{"matchLabels": {"env": "prod"}}, or matchExpressions',
        )


def _put(manifest: Manifest, path: tuple[str, ...], value: object) -> Manifest:
    """Return an object with a field set; an empty list that was not there stays away."""
    if not value and not mapping(manifest, *path[:-1]).get(path[-1]):
        return manifest
    return cast("Manifest", put(manifest, path, value))


def _policy(one: Manifest) -> str:
    return f"{text(one, 'kind')}/{text(one, 'namespace')}/{text(one, 'name')}"


def _few(refs: Sequence[Ref]) -> str:
    return few([_short(one) for one in refs], _SHOWN)


def _short(ref: Ref) -> str:
    return f"{ref.namespace}/{ref.name}"
