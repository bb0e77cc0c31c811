"""Parameters that mean the same in every tool of this domain."""

from typing import Annotated

from pydantic import Field

Query = Annotated[str, Field(min_length=1, max_length=10_000, description="PromQL.")]
Backend = Annotated[
    str | None,
    Field(max_length=300, description="Which Prometheus, where a cluster has several."),
]
