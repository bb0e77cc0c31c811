"""Parameters that mean the same in every tool of the agent."""

from typing import Annotated

from pydantic import Field

Cluster = Annotated[
    str | None,
    Field(
        max_length=300,
        description="Kubeconfig context, or capi:namespace/name; default: the server's.",
    ),
]
Namespace = Annotated[str | None, Field(max_length=300, description="Default: all namespaces.")]
Subject = Annotated[
    str | None,
    Field(max_length=600, description="An object: Pod/shop/cart-1, Node/gpu-1."),
]
