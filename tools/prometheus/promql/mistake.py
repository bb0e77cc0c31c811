"""What is wrong with a query, where, and what would be right."""

from dataclasses import dataclass

from clusterwright.tools.errors import InvalidInputError

_WIDTH = 90


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that keeps a query from being read."""

    what: str
    """As `unclosed parenthesis`."""
    at: int | None
    """Characters from 0; None where the place is not known."""
    right: str
    """What would be right."""

    def shown(self, query: str) -> str:
        """Return it with its place and a caret under it."""
        if self.at is None:
            return f"{self.what}: {self.right}" if self.right else self.what
        line, column = place(query, self.at)
        head = f"{line}:{column}: {self.what}"
        right = f"\n{self.right}" if self.right else ""
        return f"{head}\n{caret(query, self.at)}{right}"

    def error(self, query: str) -> InvalidInputError:
        """Return the error that tells it."""
        shown = Mistake(self.what, self.at, "").shown(query)
        return InvalidInputError(f"the query cannot be read: {shown}", hint=self.right)


def place(query: str, at: int) -> tuple[int, int]:
    """Return line and column, both from 1."""
    before = query[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def offset(query: str, line: int, column: int) -> int:
    """Return where a place lies that a server told; its columns count bytes.

    Source: Prometheus, promql/parser/posrange and ParseErr.Error.
    """
    lines = query.split("\n")
    if not 1 <= line <= len(lines):
        return len(query)
    before = sum(len(one) + 1 for one in lines[: line - 1])
    head = lines[line - 1].encode()[: max(column - 1, 0)]
    return before + len(head.decode(errors="ignore"))


def caret(query: str, at: int) -> str:
    """Return the line around a place with a caret below; what is far from it is left out."""
    start = query.rfind("\n", 0, at) + 1
    end = query.find("\n", at)
    line, column = query[start : end if end >= 0 else len(query)], at - start
    left = max(0, min(column - _WIDTH // 2, len(line) - _WIDTH))
    cut = line[left : left + _WIDTH]
    # One character for one, so that the caret stays below what it means.
    shown = "".join(one if one.isprintable() else "·" for one in cut)
    head, tail = "…" if left else "", "…" if left + _WIDTH < len(line) else ""
    return f"  {head}{shown}{tail}\n  {' ' * (len(head) + column - left)}^"
