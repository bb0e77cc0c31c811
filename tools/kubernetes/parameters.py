"""Parameters that mean the same in every tool of this domain."""

from typing import Annotated

from pydantic import Field

Kind = Annotated[
    str, Field(min_length=1, max_length=200, description="As in kubectl: Pod, pods, po, kind.group")
]
Name = Annotated[str, Field(min_length=1, max_length=300, description="Object name.")]
Namespace = Annotated[str | None, Field(max_length=300, description="Default: all namespaces.")]
Cluster = Annotated[
    str | None,
    Field(
        max_length=300,
        description="Kubeconfig context, or capi:namespace/name; default: the server's.",
    ),
]
OwnNamespace = Annotated[
    str | None, Field(max_length=300, description="Needed unless the kind is cluster-scoped.")
]
Since = Annotated[str | None, Field(max_length=20, description="As in 90s, 15m, 2h, 1d.")]
