"""Make a cluster from a template of k0rdent."""

from typing import Any, ClassVar

from pydantic import Field

from clusterwright.tools.cluster_api.changes.cluster_change import bound_to
from clusterwright.tools.cluster_api.k0rdent.changes.deployment_change import (
    DeploymentChange,
    usable_template,
)
from clusterwright.tools.cluster_api.k0rdent.changes.judged import check_config, check_credential
from clusterwright.tools.cluster_api.k0rdent.changes.proofs import ready, validated
from clusterwright.tools.cluster_api.k0rdent.kinds import TEMPLATE
from clusterwright.tools.cluster_api.k0rdent.made import ref as named
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

_LONGEST_NAME = 63
_LATER = "a cluster is given up with kind delete_deployment, which tells what goes with it"


class CreateDeployment(DeploymentChange):
    """Make a cluster."""

    kind: ClassVar[str] = "create_deployment"
    resumes: ClassVar[bool] = False
    runs: ClassVar[bool] = False
    template: str
    credential: str
    config: dict[str, Any] = Field(default_factory=dict[str, Any])
    labels: dict[str, str] = Field(default_factory=dict[str, str])
    dry_run: bool = False

    def schema_of(self, scene: Scene) -> Ref | None:
        """Return the template that is asked for."""
        del scene
        return named(TEMPLATE, self.deployment.namespace, self.template)

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one creation; raise ToolError for what k0rdent or the template would refuse."""
        ref = self.deployment
        self._refuse(scene)
        template = usable_template(scene, ref.namespace, self.template)
        credential = check_credential(scene, template, self.credential)
        notes = check_config(scene, template, self.config)
        version = word(text(template, "status", "k8sVersion"))
        spec: Manifest = {"template": self.template, "credential": self.credential}
        # Without any config k0rdent would fill in the defaults and set dryRun by itself.
        spec |= {"config": self.config} | ({"dryRun": True} if self.dry_run else {})
        metadata: Manifest = {"name": ref.name, "namespace": ref.namespace}
        metadata |= {"labels": self.labels} if self.labels else {}
        dry = "k0rdent only validates it; set_config with dry_run=false makes it"
        made = f"a cluster with Kubernetes {version or 'as the template says'} is made, and costs"
        return (
            Step(
                say=f"create {ref} from template {self.template}, with {Ref.of(credential)}"
                f"{', for validation only' if self.dry_run else ''}",
                write=Write(
                    Verb.CREATE,
                    ref,
                    {
                        "apiVersion": text(template, "apiVersion"),
                        "kind": ref.kind,
                        "metadata": metadata,
                        "spec": spec,
                    },
                ),
                checks=(validated(ref) if self.dry_run else ready(ref, template, self.config),),
                irreversible=_LATER,
                at_stake=Risk.LOW,
                risks=((Risk.LOW, dry if self.dry_run else made),),
                notes=(dry if self.dry_run else made, *notes),
                rests_on=[*bound_to(template), *bound_to(credential)],
            ),
        )

    def _refuse(self, scene: Scene) -> None:
        ref = self.deployment
        if len(ref.name) > _LONGEST_NAME:
            raise InvalidInputError(
                f"{ref.name[:80]!r} is too long", hint=f"a name has {_LONGEST_NAME} characters"
            )
        for one in (ref, self.ref):
            if one in scene.live or scene.around.get(one) is not None:
                raise RefusedError(
                    f"there is a {one} already", hint="take another name, or change that one"
                )
