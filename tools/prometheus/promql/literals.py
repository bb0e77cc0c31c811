"""Text as it stands in a query: quoted, or in a pattern that matches it alone."""

_ESCAPES = str.maketrans(
    {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F)}
    | {ord("\\"): "\\\\", ord('"'): '\\"', ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
)
_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\.+*?()|[]{}^$"})
"""What has a meaning in RE2; a dash has none outside of brackets."""


def string(value: str) -> str:
    """Return text in quotes as in a query."""
    return f'"{value.translate(_ESCAPES)}"'


def escaped(name: str) -> str:
    """Return a pattern that matches a name alone."""
    return name.translate(_SPECIAL)
