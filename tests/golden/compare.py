"""Text kept in this folder to compare with; `UPDATE_GOLDEN=1` (`make golden`) rewrites it."""

import os
from pathlib import Path

_HERE = Path(__file__).parent


def golden(name: str, text: str) -> str:
    """Return what the golden file `name` holds; when updating, that is `text` from now on."""
    file = _HERE / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return file.read_text(encoding="utf-8")
