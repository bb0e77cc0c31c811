"""Apply a manifest by server-side apply: create an object, or set just the fields it names."""

from typing import Any, ClassVar

from clusterwright.tools.diff import clean
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.field_path import Path
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.step import Check, Failed, Met, Scene, Step, Verdict
from clusterwright.tools.kubernetes.changes.workloads import AROUND, TEMPLATED, rolled_out
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Json, Manifest, mapping, name_of, text
from clusterwright.tools.ref import Ref, check_name, check_namespace

_EXAMPLE = "write apiVersion, kind, metadata.name, and metadata.namespace where there is one"


class Apply(Change):
    """Apply one manifest; what it does not name stays as it is."""

    kind: ClassVar[str] = "apply"
    around: ClassVar[tuple[str, ...]] = AROUND
    manifest: dict[str, Any]

    @property
    def ref(self) -> Ref:
        """The object that the manifest is of; raise InvalidInputError for one without a name."""
        kind, name = text(self.manifest, "kind"), name_of(self.manifest)
        if not kind or not name or not text(self.manifest, "apiVersion"):
            raise InvalidInputError("the manifest does not say which object it is", hint=_EXAMPLE)
        check_name(name)
        if namespace := text(self.manifest, "metadata", "namespace"):
            check_namespace(namespace)
        return Ref.parse(str(Ref.of(self.manifest)))

    @property
    def targets(self) -> tuple[Ref, ...]:
        """The object."""
        return (self.ref,)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one apply."""
        ref, before = self.ref, scene.live.get(self.ref)
        body = clean(self.manifest)
        uid = text(before, "metadata", "uid") if before else ""
        checks: tuple[Check, ...] = () if before else (Check(f"{ref} exists", ref, _exists),)
        if ref.kind in TEMPLATED and not ref.group:
            checks = (*checks, rolled_out(ref))
        return (
            Step(
                say=f"{'apply' if before else 'create'} {ref}",
                write=Write(
                    Verb.APPLY,
                    ref,
                    body,
                    uid=uid,
                    version=text(before, "metadata", "resourceVersion") if before else "",
                ),
                before=before,
                paths=tuple(_leaves(body)),
                checks=checks,
                irreversible=_irreversible(ref, before),
            ),
        )


def _irreversible(ref: Ref, before: Manifest | None) -> str:
    return "the earlier content of a Secret is not kept" if ref.kind == "Secret" and before else ""


def _leaves(body: Manifest) -> list[Path]:
    """Return the fields that a manifest sets; lists as a whole."""
    found: list[Path] = []

    def walk(value: Json, path: Path) -> None:
        if isinstance(value, dict) and value:
            for key, one in mapping(value).items():
                walk(one, (*path, key))
        elif path[:1] not in {("apiVersion",), ("kind",)} and path[:2] not in {
            ("metadata", "name"),
            ("metadata", "namespace"),
        }:
            found.append(path)

    walk(body, ())
    return found


def _exists(found: Manifest | None, _listed: object) -> Verdict:
    return Met() if found else Failed("it does not exist any more")
