"""The documentation page of each finding code, wherever this package is installed from."""

import difflib
from pathlib import Path

from clusterwright.tools.errors import NotFoundError

_FENCE = "---\n"
_INDEX = "README.md"


def page(code: str) -> str:
    """Return the page of a finding code as Markdown, without its front matter.

    Raises NotFoundError, naming the nearest codes, for a code that nothing reports.
    """
    return _split(code)[1]


def front_matter(code: str) -> dict[str, str]:
    """Return what a page says of itself: `code`, `severity` and `summary`."""
    lines = (line.partition(":") for line in _split(code)[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in lines if key.strip()}


def codes() -> tuple[str, ...]:
    """Return every code that has a page, in alphabetical order."""
    folder = pages_below(_root())
    found = (path.relative_to(folder) for path in folder.rglob("*.md") if path.name != _INDEX)
    return tuple(sorted(path.with_suffix("").as_posix() for path in found))


def pages_below(root: Path) -> Path:
    """Return the folder of pages: `findings` in a wheel, `docs/findings` in a working tree."""
    installed = root / "findings"
    return installed if installed.is_dir() else root / "docs" / "findings"


def _root() -> Path:
    # Resolved, because a working tree is imported through the links in src/clusterwright.
    return Path(__file__).resolve().parents[1]


def _split(code: str) -> tuple[str, str]:
    known = codes()
    if code not in known:
        near = difflib.get_close_matches(code, known, n=3, cutoff=0.4) or known[:3]
        raise NotFoundError(
            f"no finding has the code {code[:80]!r}", hint=f"near it: {', '.join(near)}"
        )
    text = (pages_below(_root()) / f"{code}.md").read_text(encoding="utf-8")
    front, _, body = text.removeprefix(_FENCE).partition(_FENCE)
    return front, body.lstrip("\n")
