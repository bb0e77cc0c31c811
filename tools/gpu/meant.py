"""Which nodes and products are meant by whoever names them, whole or in part."""

from collections.abc import Collection
from difflib import get_close_matches

from clusterwright.tools.excerpt import few
from clusterwright.tools.gpu.fit.product_words import joined, words


def nodes(wanted: str, there: Collection[str]) -> Collection[str]:
    """Return the names that have a part; only the one that is called so, where there is one.

    So `gpu-1` is not `gpu-10` as well, unless there is no `gpu-1`.
    """
    name = wanted.strip().removeprefix("Node/").lower()
    return (name,) if name in there else {one for one in there if name in one}


def likely(wanted: str, there: Collection[str]) -> str:
    """Return the names that may have been meant first, then others, as an error tells them."""
    order = sorted(there)
    near = [*nodes(wanted, order), *get_close_matches(wanted.lower(), order, cutoff=0.7)]
    return few(list(dict.fromkeys([*sorted(near), *order]))) or "none"


def is_product(wanted: str, product: str) -> bool:
    """Return whether a name has a part, or all words of it, however they are joined."""
    return joined(wanted) in joined(product) or words(wanted) <= words(product)
