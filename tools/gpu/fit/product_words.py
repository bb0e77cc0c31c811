"""Names of products as words: what a person says for short, against what labels spell out."""

import re

PRODUCT_LABELS = ("nvidia.com/gpu.product", "amd.com/gpu.product-name")
"""Labels in which discovery tells which accelerator a node has."""
_MODEL = re.compile(r"(?!hbm|sxm|pci)([a-z]+\d+)([a-z]*)\Z")
"""A word that names a model, as H100, L40S or MI300X do; memory and sockets are none."""


def joined(product: str) -> str:
    """Return a name as labels of all vendors could be compared."""
    return product.strip().lower().replace("_", "-").replace(" ", "-")


def words(product: str) -> frozenset[str]:
    """Return the words of a name, in small letters."""
    return frozenset(joined(product).split("-"))


def begins(wanted: str, product: str) -> bool:
    """Return whether all words of a name are in another, or are models of it without its letters.

    `MI300` is MI300X and MI300A; `A10` is no A100, whose digits go on.
    """
    there = words(product)
    short = {model[1] for one in there if (model := _MODEL.match(one))}
    return words(wanted) <= there | short


def akin(one: str, other: str) -> bool:
    """Return whether two names are of one model, or differ in its letters only: L40 and L40S."""
    return bool(_models(one) & _models(other))


def _models(product: str) -> frozenset[str]:
    return frozenset(found[1] for one in words(product) if (found := _MODEL.match(one)))
