"""Parameters that tools share, described once."""

from typing import Annotated

from pydantic import Field

Cluster = Annotated[
    str | None, Field(description="A kubeconfig context; default: the server's own.")
]
Namespace = Annotated[str | None, Field(description="Only this namespace; default: all.")]
Cursor = Annotated[str | None, Field(description="next_cursor of the previous answer.")]
