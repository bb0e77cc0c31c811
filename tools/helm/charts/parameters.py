"""Parameters that mean the same in every tool about charts."""

from typing import Annotated

from pydantic import Field

ChartName = Annotated[
    str,
    Field(min_length=3, max_length=200, description="repository/chart, as helm_search_charts has."),
]
ChartVersion = Annotated[
    str | None, Field(max_length=100, description="Exactly; default: the newest stable one.")
]
