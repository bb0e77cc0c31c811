"""Opaque cursors that name the last thing shown, so that a listing may change between its pages.

An offset would skip or repeat when objects come and go; the API server's own continue token
expires within minutes and knows no other order than that of names.
"""

import base64
import binascii
import json
from hashlib import blake2s
from typing import Annotated, cast

from pydantic import Field

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.token_shapes import PEM_WIDTHS

Cursor = Annotated[str | None, Field(max_length=2000, description="next_cursor of an answer.")]
"""The parameter of every tool that tells more on another page."""


def question(*parts: str | None) -> str:
    """Return what tells a question from another in its cursors: a few characters of a hash."""
    return blake2s(repr(parts).encode(), digest_size=6).hexdigest()


def encode(tool: str, *key: str | int) -> str:
    """Return the cursor that continues `tool` after `key`."""
    spelled = json.dumps([tool, *key], ensure_ascii=False, separators=(",", ":"))
    cursor = base64.urlsafe_b64encode(spelled.encode()).decode().rstrip("=")
    return f"{cursor}=" if len(cursor) in PEM_WIDTHS else cursor  # no line of a key, to redaction


def decode(tool: str, cursor: str, *types: type[str] | type[int]) -> tuple[str | int, ...]:
    """Return the key of a cursor; raise InvalidInputError when it is none of this tool's."""
    try:
        bare = cursor.rstrip("=")
        padded = bare + "=" * (-len(bare) % 4)
        found: object = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _refused(tool, cursor) from error
    parts = cast("list[str | int]", found) if isinstance(found, list) else []
    if parts[:1] != [tool] or len(parts) != len(types) + 1:
        raise _refused(tool, cursor)
    if not all(isinstance(part, kind) for part, kind in zip(parts[1:], types, strict=True)):
        raise _refused(tool, cursor)
    return tuple(parts[1:])


def foreign(cursor: str) -> InvalidInputError:
    """Return the error for a cursor of the same tool that continues another question."""
    return InvalidInputError(
        f"{cursor[:80]!r} continues another question",
        hint="pass next_cursor with the same other arguments as before, or leave it out",
    )


def _refused(tool: str, cursor: str) -> InvalidInputError:
    return InvalidInputError(
        f"{cursor[:80]!r} is not a cursor of {tool}",
        hint="pass next_cursor as it was answered, with the same other arguments, or leave it out",
    )
