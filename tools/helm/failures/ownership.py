"""Objects that are there already, and are not of this release."""

import re

from clusterwright.tools.helm.failures.failure import Detail, Failure, words

_NAME = re.compile(
    r'key "meta\.helm\.sh/release-name" must equal "[^"\n]{0,253}": current value is'
    r' "(?P<name>[^"\n]{0,253})"'
)
_NAMESPACE = re.compile(
    r'key "meta\.helm\.sh/release-namespace" must equal "[^"\n]{0,253}": current value is'
    r' "(?P<namespace>[^"\n]{0,253})"'
)


def _owner(text: str) -> Detail:
    name, namespace = _NAME.search(text), _NAMESPACE.search(text)
    if not name and not namespace:
        return {}
    where = f"{namespace['namespace']}/" if namespace else ""
    return {"owner": f"{where}{name['name'] if name else 'a release of the same name'}"}


OWNERSHIP = Failure(
    "ownership",
    "An object of that name is there and is of no release, or of another one.",
    words(r"exists and cannot be imported into the current release: invalid ownership metadata"),
    "{object} exists, and its label and annotations say that it is of {owner}.",
    "If the release is to have it, `adopt` it (a label and two annotations, or take_ownership); if"
    " not, give the release another name or take the object out of the chart. No"
    " revision was stored and no object was changed.",
    "helm/helm v4.3.1 and v3.22.0, pkg/action/validate.go (checkOwnership)",
    reads=_owner,
)
DUPLICATE_OBJECT = Failure(
    "duplicate-object",
    "An object of that name was created meanwhile, or the chart renders it twice.",
    words(r'(?<![\w.])[\w.]{1,200} "[^"\n]{1,253}" already exists'),
    "{object} already exists: the chart renders two objects of that kind and name, or somebody"
    " created it between Helm's look and its write.",
    "Render the chart and look for the name; a subchart's or a copied template's often is the"
    " second. Helm 4 applies on the server's side and merges the two without a word, so that"
    " one of them counts.",
    "k8s.io/apimachinery v0.36.3, pkg/api/errors (NewAlreadyExists);"
    " helm/helm v3.22.0, pkg/kube/client.go (createResource)",
    in_hook="The hook's object is left from an earlier run, and its hook-delete-policy does not"
    " remove it before the next: `remove_hook`, then once more.",
)
