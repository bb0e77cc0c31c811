"""Which object a complaint is about, in each of the ways in which one is named."""

import re

_NAME = r'"(?P<name>[^"\n]{1,253})"'
_WAYS = tuple(
    re.compile(one)
    for one in (
        r"for object (?P<namespace>[^\s/]{0,63})/(?P<name>[^\s]{1,253}) [^\n]{0,253}?,"
        r" Kind=(?P<kind>\w{1,63})",
        r"while applying object (?P<namespace>[^\s/]{0,63})/(?P<name>[^\s]{1,253}) [^\n]{0,253}?,"
        r" Kind=(?P<kind>\w{1,63})",
        r"resource (?P<kind>\w{1,63})/(?P<namespace>[^\s/]{0,63})/(?P<name>[^\s]{1,253})"
        r" (?:not ready|still exists)",
        rf"cannot patch {_NAME} with kind (?P<kind>\w{{1,63}})",
        rf'(?<![\w.])(?P<kind>\w{{1,63}}) {_NAME} in namespace "(?P<namespace>[^"\n]{{0,63}})"',
        rf'mapping not found for name: {_NAME} namespace: "(?P<namespace>[^"\n]{{0,63}})" from'
        r' "[^"\n]{0,253}": no matches for kind "(?P<kind>[^"\n]{1,63})"',
        rf"(?<![\w.])(?P<kind>[\w]{{1,63}})(?:\.[\w.-]{{1,200}})? {_NAME}"
        r"(?: is (?:invalid|forbidden)| already exists|: the object has been modified)",
        r'(?<![\w.])(?P<kind>\w{1,63})(?P<name>) in version "[^"\n]{1,63}" cannot be handled as a',
        r"(?<![\w.-])(?P<kind>job|pod) (?P<name>[\w.-]{1,253}) failed",
    )
)


def named(text: str) -> str:
    """Return the object as `Kind/namespace/name`; empty where none is named.

    Where only the API server names it, the kind is in the plural: `configmaps/cart`.
    """
    for way in _WAYS:
        if found := way.search(text):
            parts = found.groupdict()
            shown = (parts["kind"], parts.get("namespace") or "", parts["name"])
            return "/".join(part for part in shown if part)
    return ""
