"""Fields that can be set once."""

from clusterwright.tools.helm.failures.failure import Failure, words

_FIELD = r"(?<![\w./\[\]-])\[?(?P<field>[A-Za-z][\w./\[\]-]{0,252}): "
IMMUTABLE_FIELD = Failure(
    "immutable-field",
    "The chart changes a field that cannot be changed once the object is there.",
    words(
        _FIELD + r"(?:Invalid value: [^\n]{0,300}?: |Forbidden: )"
        r"(?:field is immutable|spec(?:\.\w{1,63})? is immutable after creation"
        r"|may not change once set|cannot change roleRef|updates to parameters are forbidden"
        r"|updates to [\w. ]{1,63} for fields other than|Value is immutable"
        r"|pod updates may not change fields other than)",
    ),
    "{field} of {object} cannot be changed once it is set, and the new manifest has another value.",
    "Keep the old value in this release, or have the object made anew: delete it (the pods of a"
    " Deployment or StatefulSet stay with cascade=orphan; a PersistentVolumeClaim takes its data"
    " with it) and plan the `upgrade` again. An object of another name beside the old one is the"
    " way without an outage.",
    "k8s.io/apimachinery v0.36.3, pkg/api/validation (FieldImmutableErrorMsg);"
    " k8s.io/kubernetes v1.36.3, pkg/apis/apps, core, batch, rbac and storage (validation)",
    in_hook="The hook's object was left by an earlier run: `remove_hook`, then once more.",
)
