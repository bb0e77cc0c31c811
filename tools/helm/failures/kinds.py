"""Kinds that the cluster does not serve, or knows in another shape than the chart."""

import re

from clusterwright.tools.helm.failures.failure import Detail, Failure, words

_UNDECLARED = re.compile(r"(?<![\w.])(?P<field>\.[^\n:]{1,500}): field not declared in schema")


def _undeclared(text: str) -> Detail:
    """Return the fields in their order: the API server has none."""
    return {"field": ", ".join(sorted(one["field"] for one in _UNDECLARED.finditer(text)))}


_BUILT_IN = (
    r"(?:admissionregistration|apiextensions|apiregistration|authentication|authorization"
    r"|certificates|coordination|discovery|events|flowcontrol\.apiserver|internal\.apiserver"
    r"|networking|node|rbac\.authorization|resource|scheduling|storage|storagemigration)\.k8s\.io/"
)
MISSING_KIND = Failure(
    "missing-kind",
    "The cluster serves no such kind in that API version.",
    words(
        r'no matches for kind "(?P<kind>[^"\n]{1,63})" in version "(?P<api>[^"\n]{1,253})"',
    ),
    "The cluster does not serve {kind} in {api}: the CustomResourceDefinition is missing or has"
    " another version, or Kubernetes removed that version.",
    "Install what brings the CustomResourceDefinition first, switch off the part of the chart that"
    " needs it, or take a chart that renders a version that is served. One of the chart's own"
    " crds/ that is older than its templates: `upgrade_crds`. Nothing was changed, except by hooks"
    " that came before.",
    "k8s.io/cli-runtime v0.37, pkg/resource/mapper.go; k8s.io/apimachinery, pkg/api/meta/errors.go",
    unseen=words(r"(?<!unreachable: )the server could not find the requested resource"),
    unseen_because="The CustomResourceDefinition has to go between Helm's look and its write.",
)
CRD_SKEW = Failure(
    "crd-skew",
    "The CustomResourceDefinition on the cluster is older than the chart: Helm never updates it.",
    words(
        r"failed to create typed patch object \([^;\n]{1,400}; (?!" + _BUILT_IN + r")"
        r"(?P<api>[\w-]{1,63}\.[\w.-]{1,200}/v\w{1,30}), Kind=(?P<kind>\w{1,63})\): "
        r"(?:errors:\n(?:[^\n]{1,500}\n){0,20}? {1,4})?"
        r"(?P<field>\.[^\n]{1,500}?): field not declared in schema",
    ),
    "The CustomResourceDefinition of {kind} ({api}) on the cluster does not know {field}, which the"
    " chart sets. Helm installs what is in crds/ once and never changes it.",
    "Compare the chart's crds/ with those on the cluster, then `upgrade_crds` before the `upgrade`."
    " If they are equal, the field is misspelt. Helm 3 drops such a field and reports success.",
    "helm/helm v4.3.1 and v3.22.0, pkg/action/install.go (installCRDs);"
    " sigs.k8s.io/structured-merge-diff v6, typed/validate.go",
    reads=_undeclared,
)
NO_OBJECTS = Failure(
    "no-objects",
    "There is nothing to act on: a hook renders to a list without items.",
    words(r"no objects visited"),
    "A step had no object to act on: a template renders to a List with no items, and Helm counts"
    " that as an error for a hook.",
    "Have the template render nothing at all where it has no items.",
    "helm/helm v4.3.1 and v3.22.0, pkg/kube/client.go (ErrNoObjectsVisited)",
)
