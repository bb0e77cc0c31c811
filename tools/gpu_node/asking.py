"""Asks NVML about one GPU, and keeps what was refused."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from clusterwright.tools.gpu_node.models import Unread
from clusterwright.tools.gpu_node.nvml import (
    Handle,
    Number,
    Numbers,
    Nvml,
    NvmlError,
    Refusal,
    Text,
)

_T = TypeVar("_T")
_GONE = {Refusal.LOST, Refusal.RESET_REQUIRED}


class Asked:
    """One GPU that is asked; what it refuses is None, and is asked no more once it is gone."""

    def __init__(self, nvml: Nvml, index: int, handle: Handle) -> None:
        """Take the GPU with this index."""
        self.nvml = nvml
        self.index = index
        self.handle = handle
        self.trouble: str | None = None
        """Why it answers no more."""
        self.not_supported: list[str] = []
        self.unread: list[Unread] = []

    def ask(self, what: str, call: Callable[[], _T]) -> _T | None:
        """Return what a call gives, or None, with the reason kept under the name `what`."""
        if self.trouble is not None:
            return None
        try:
            return call()
        except NvmlError as error:
            if error.refusal in _GONE:
                self.trouble = error.refusal.value
            elif error.refusal is Refusal.NOT_SUPPORTED:
                self.not_supported.append(what)
            else:
                why = error.refusal.value
                self.unread.append(Unread(what, why if str(error) == why else f"{why}: {error}"))
            return None

    def text(self, of: Text) -> str | None:
        """Return a text."""
        return self.ask(of.value, lambda: self.nvml.text(self.handle, of))

    def number(self, of: Number) -> int | None:
        """Return a number."""
        return self.ask(of.value, lambda: self.nvml.number(self.handle, of))

    def numbers(self, of: Numbers) -> tuple[int, ...] | None:
        """Return numbers that come together."""
        return self.ask(of.value, lambda: self.nvml.numbers(self.handle, of))

    def scaled(self, of: Number, by: float) -> float | None:
        """Return a number divided by `by`."""
        found = self.number(of)
        return None if found is None else round(found / by, 2)

    def flag(self, of: Number) -> bool | None:
        """Return a number that is a truth value."""
        found = self.number(of)
        return None if found is None else found != 0

    def coded(self, of: Number, codes: Mapping[int, str]) -> str | None:
        """Return what a number stands for; one that is not known as it is."""
        found = self.number(of)
        return None if found is None else codes.get(found, f"code {found}")
