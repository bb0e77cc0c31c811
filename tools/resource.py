"""What a resource is: something that is read at an address, and that tells when it changes."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from clusterwright.tools.answer import Answer


@dataclass(frozen=True, slots=True)
class Resource:
    """Addresses of one shape, and how to read what is there.

    `template` follows RFC 6570. `read` takes the domain's context, and by name what the template
    names; it checks these before any request, and raises NotFoundError for what is not there.
    """

    template: str
    read: Callable[..., Awaitable[Answer]]
    title: str
    state: Callable[[Any], str]
    """Of an answer: equal as long as whoever listens has nothing to hear."""
    look_seconds: float
    """Between two looks, while somebody listens; longer where nothing changes."""
    mime: str = "application/json"
    """Any other is the text that the answer renders."""

    @property
    def name(self) -> str:
        """A name that a program may go by."""
        return "_".join(self.title.lower().split())

    @property
    def about(self) -> str:
        """The docstring of `read` on one line."""
        return " ".join((inspect.getdoc(self.read) or "").split())

    @property
    def answer(self) -> type[Any]:
        """The model that `read` returns."""
        return inspect.get_annotations(self.read, eval_str=True)["return"]
