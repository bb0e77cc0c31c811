"""How large the record of a revision will be: Helm fails where the API server does not take it."""

import base64
import gzip

import orjson

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.helm.record import LIMIT, Release


def check_size(target: Release) -> None:
    """Raise RefusedError for a revision whose record would not fit into a Secret."""
    size = packed(target)
    if size > LIMIT:
        raise RefusedError(
            f"the record of {target.ref} would take {size:,} bytes, of the {LIMIT:,} that fit into"
            " a Secret [release-too-big]",
            hint="leave large files out of the chart (.helmignore), or split it",
        )


def packed(target: Release) -> int:
    """Return the bytes of a record, as Helm packs it."""
    return len(base64.b64encode(gzip.compress(orjson.dumps(target.raw), 9)))
