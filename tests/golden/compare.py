"""Compare text with a file in this folder; `UPDATE_GOLDEN=1` (`make golden`) rewrites the file."""

import os
from pathlib import Path

_HERE = Path(__file__).parent


def compare(name: str, text: str) -> None:
    """Fail with a diff unless the golden file called `name` holds `text`."""
    file = _HERE / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), f"{name}: see `make golden`"
