"""What is meant by an object or a finding code that somebody names; a misspelt one is told."""

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.explain import codes, page
from clusterwright.tools.ref import Ref


def object_meant(spelled: str, namespace: str | None) -> Ref | None:
    """Return the object that is named, None for a finding code; raise ToolError for what is none.

    What begins as a finding code does is one: `pod/imge-not-found` is told what is near it.
    `namespace` is the only one that is looked at, if any.
    """
    known = codes()
    family, _, rest = spelled.partition("/")
    if "/" not in rest and family in {one.partition("/")[0] for one in known}:
        page(spelled)
        return None
    ref = Ref.parse(spelled)
    if namespace and ref.namespace not in {"", namespace}:
        raise InvalidInputError(
            f"{spelled!r} is not in namespace {namespace!r}", hint="leave the namespace out"
        )
    return ref
