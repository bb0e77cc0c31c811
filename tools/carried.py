"""Secrets in manifests that another object carries as text: in a ConfigMap, in an annotation.

Policies of Sveltos, bootstrap scripts and copies that tools keep are manifests in a string. Their
data is blanked line by line, without parsing: the text may be a template, and no YAML at all.
"""

import re
from collections.abc import Iterator

_SECRET = re.compile(r"(?m)^[\s\-]{0,40}[\"']?kind[\"']?\s{0,8}:\s{0,8}[\"']?Secret\b")
_SECRET_JSON = re.compile(r"\"kind\\{0,7}\"\s{0,8}:\s{0,8}\\{0,7}\"Secret\\{0,7}\"")
_DATA_JSON = re.compile(
    r"(\"(?:data|stringData)\\{0,7}\"\s{0,8}:\s{0,8})(?:\{[^{}]*\}?|\\{0,7}\"[^\"]*\"?)"
)
_BOUNDARY = re.compile(r"(?m)^(?=---)")
_DATA = re.compile(r"([\s\-]{0,40}[\"']?(?:data|stringData)[\"']?\s{0,8}:)(.*)")
_ENTRY = re.compile(r"\s*[^\s:][^:]{0,300}:")


def blank_carried(text: str, instead: str) -> str:
    """Return text with the values of every Secret that it carries as JSON or YAML replaced."""
    if "Secret" not in text:
        return text
    if _SECRET_JSON.search(text):
        text = _DATA_JSON.sub(lambda found: f'{found[1]}"{instead}"', text)
    return "".join(
        "".join(_blanked(document, instead)) if _SECRET.search(document) else document
        for document in _BOUNDARY.split(text)
    )


def _blanked(document: str, instead: str) -> Iterator[str]:
    """Yield the lines of a YAML document, those below its data as keys without their values."""
    data, entry = -1, -1  # columns of `data:` and of its entries, while the lines are below it
    for line in document.splitlines(keepends=True):
        indent = _indent(line)
        if data >= 0 and line.strip() and indent <= data:
            data = entry = -1
        if data >= 0:
            if not line.strip():
                continue
            entry = indent if entry < 0 else entry
            if indent <= entry:
                key = _ENTRY.match(line)
                yield f"{key[0] if key else ' ' * indent} {instead}\n"
        elif opened := _DATA.match(line):
            data, entry = _indent(opened[1].replace("-", " ")), -1
            inline = opened[2].strip()
            yield f"{opened[1]} {instead}\n" if inline and not inline.startswith("#") else line
        else:
            yield line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
