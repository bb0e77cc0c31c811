"""The kinds of k0rdent, Sveltos and Flux: names, scopes and columns of the originals.

Schemas are free below `spec` and `status`: which fields there are is the originals' business. Read
from k0rdent/kcm, templates/provider/kcm/templates/crds; projectsveltos/addon-controller and
projectsveltos/libsveltos, config/crd/bases.
"""

from dataclasses import dataclass

from clusterwright.deploy.sandbox.capi.definition import plural
from clusterwright.tools.manifest import Manifest

K0RDENT, K0RDENT_VERSION = "k0rdent.mirantis.com", "v1beta1"
CONFIG, LIB, SVELTOS_VERSION = "config.projectsveltos.io", "lib.projectsveltos.io", "v1beta1"
HELM, SOURCE = "helm.toolkit.fluxcd.io", "source.toolkit.fluxcd.io"
_AGE = ("Age", ".metadata.creationTimestamp", "date")
_VALID = (
    ("valid", ".status.valid", "boolean"),
    ("validationError", ".status.validationError", "string"),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind, as it is served."""

    group: str
    version: str
    name: str
    short: tuple[str, ...] = ()
    namespaced: bool = True
    columns: tuple[tuple[str, str, str], ...] = (_AGE,)
    """Name, JSONPath and type of what `kubectl get` shows."""

    @property
    def api_version(self) -> str:
        """The apiVersion of its objects."""
        return f"{self.group}/{self.version}"


def _k0rdent(
    name: str,
    *short: str,
    namespaced: bool = True,
    columns: tuple[tuple[str, str, str], ...] = (_AGE,),
) -> Kind:
    return Kind(K0RDENT, K0RDENT_VERSION, name, short, namespaced, columns)


def _told(column: str, condition: str, field: str = "status") -> tuple[str, str, str]:
    return (column, f'.status.conditions[?(@.type=="{condition}")].{field}', "string")


KINDS = (
    _k0rdent(
        "ClusterDeployment",
        "clusterd",
        "cld",
        columns=(
            _told("Ready", "Ready"),
            _told("Services", "ServicesInReadyState", "message"),
            ("Template", ".spec.template", "string"),
            _told("Messages", "Ready", "message"),
            _AGE,
        ),
    ),
    _k0rdent("ClusterTemplate", "clustertmpl", columns=_VALID),
    _k0rdent("ServiceTemplate", "svctmpl", columns=_VALID),
    _k0rdent("ProviderTemplate", "providertmpl", namespaced=False, columns=_VALID),
    _k0rdent("ClusterTemplateChain", columns=(("Valid", ".status.valid", "boolean"), _AGE)),
    _k0rdent("ServiceTemplateChain", columns=(("Valid", ".status.valid", "boolean"), _AGE)),
    _k0rdent(
        "MultiClusterService",
        "mcs",
        namespaced=False,
        columns=(_told("Clusters", "ClusterInReadyState", "message"), _AGE),
    ),
    _k0rdent(
        "ServiceSet",
        columns=(
            ("cluster", ".spec.cluster", "string"),
            ("multiClusterServer", ".spec.multiClusterService", "string"),
            _told("Services", "ServicesInReadyState", "message"),
            _AGE,
        ),
    ),
    _k0rdent(
        "Credential",
        "cred",
        columns=(
            ("Ready", ".status.ready", "string"),
            ("Region", ".spec.region", "string"),
            ("Description", ".spec.description", "string"),
        ),
    ),
    _k0rdent(
        "Management",
        "kcm-mgmt",
        "mgmt",
        namespaced=False,
        columns=(_told("Ready", "Ready"), ("Release", ".status.release", "string"), _AGE),
    ),
    _k0rdent("Release", namespaced=False, columns=(("Ready", ".status.ready", "string"), _AGE)),
    _k0rdent("ProviderInterface", namespaced=False),
    Kind(CONFIG, SVELTOS_VERSION, "ClusterProfile", namespaced=False),
    Kind(CONFIG, SVELTOS_VERSION, "Profile"),
    Kind(CONFIG, SVELTOS_VERSION, "ClusterSummary"),
    Kind(CONFIG, SVELTOS_VERSION, "ClusterReport"),
    Kind(CONFIG, SVELTOS_VERSION, "ClusterConfiguration"),
    Kind(
        LIB,
        SVELTOS_VERSION,
        "SveltosCluster",
        columns=(
            ("Ready", ".status.ready", "boolean"),
            ("Version", ".status.version", "string"),
            _AGE,
        ),
    ),
    Kind(LIB, SVELTOS_VERSION, "ResourceSummary"),
    Kind(
        HELM,
        "v2",
        "HelmRelease",
        ("hr",),
        columns=(_AGE, _told("Ready", "Ready"), _told("Status", "Ready", "message")),
    ),
    Kind(
        SOURCE,
        "v1",
        "HelmChart",
        ("hc",),
        columns=(("Chart", ".spec.chart", "string"), ("Version", ".spec.version", "string")),
    ),
)
BY_NAME = {one.name: one for one in KINDS}


def definitions() -> list[Manifest]:
    """Return the CustomResourceDefinitions of all these kinds."""
    return [_definition(one) for one in KINDS]


def _definition(kind: Kind) -> Manifest:
    free: Manifest = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    columns = [
        {"name": name, "jsonPath": path, "type": of_type} for name, path, of_type in kind.columns
    ]
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural(kind.name)}.{kind.group}"},
        "spec": {
            "group": kind.group,
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "names": {
                "kind": kind.name,
                "listKind": f"{kind.name}List",
                "plural": plural(kind.name),
                "singular": kind.name.lower(),
                "shortNames": list(kind.short),
            },
            "versions": [
                {
                    "name": kind.version,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": columns,
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "properties": {"spec": free, "status": free},
                        }
                    },
                }
            ],
        },
    }
