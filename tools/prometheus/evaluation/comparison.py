"""A query that keeps what is above or below a number: that it keeps nothing is an answer too."""

from dataclasses import dataclass

from promql_parser import BinaryExpr, Expr

from clusterwright.tools.prometheus.promql.nodes import bare, is_bool, is_number, operation, spelled

_LONGEST = 40
_NEAREST = {">": "max", ">=": "max", "<": "min", "<=": "min", "==": "", "!=": ""}
_SUPERLATIVE = {"max": "highest", "min": "lowest"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, and with what."""

    left: str
    """A query."""
    condition: str
    """As `> 0.5`."""
    nearest: str
    """The aggregation that gives the one which is nearest to fulfil it, if there is one."""

    @property
    def superlative(self) -> str:
        """What the nearest one is."""
        return _SUPERLATIVE[self.nearest]


def comparison(tree: Expr | None) -> Comparison | None:
    """Return the comparison with a number that a query ends with, None where it ends otherwise."""
    tree = bare(tree) if tree else None
    if not isinstance(tree, BinaryExpr) or is_bool(tree) or is_number(tree.lhs):
        return None
    nearest = _NEAREST.get(operation(tree))
    if nearest is None or not is_number(tree.rhs):
        return None
    condition = f"{operation(tree)} {spelled(tree.rhs, _LONGEST)}"
    return Comparison(spelled(tree.lhs), condition, nearest)
