"""Text from a cluster, made fit for a title."""

LONGEST_TITLE = 120


def one_line(text: str, most: int = LONGEST_TITLE) -> str:
    """Return `text` on one line of at most `most` characters, without control characters."""
    # Cut first: what a cluster hands out may be megabytes, and only the start is shown.
    words = "".join(c if c.isprintable() else " " for c in text[: most * 4]).split()
    line = " ".join(words)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def listing(names: list[str], most: int = 3) -> str:
    """Return the first names joined by commas, and how many more there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
