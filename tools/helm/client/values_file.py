"""Values on their way into helm: a file that only we can read, for as long as one run takes."""

import re
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import orjson

from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.private_file import create_private

_ODD_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
"""What JSON leaves as it is in a string, and YAML takes for a line's end or for nothing at all."""


@contextmanager
def values_file(values: Manifest) -> Generator[Path]:
    """Write values to a file, which is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="clusterwright-helm-") as folder:  # mode 0700
        path = Path(folder) / "values.yaml"
        create_private(path, as_yaml(values).encode())
        yield path


def as_yaml(values: Manifest) -> str:
    """Return values as JSON that YAML reads alike."""
    plain = orjson.dumps(values).decode()
    return _ODD_IN_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", plain)
