"""Which versions there are of which charts: the index of a classic repository, or of a folder."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import cast

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.helm.charts.versions import order
from clusterwright.tools.helm.yaml_text import load
from clusterwright.tools.manifest import Json, Manifest, items, mapping, text, texts, truth

_LONGEST = 200
_MOST_VERSIONS = 2_000
"""Of one chart; and all charts of a repository are read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a chart."""

    name: str
    version: str
    app_version: str = ""
    description: str = ""
    digest: str = ""
    """SHA-256 of the archive in hex; empty where the index has none."""
    url: str = ""
    created: str = ""
    deprecated: bool = False
    kube_version: str = ""
    library: bool = False

    def as_json(self) -> Manifest:
        """Return it as it is kept between runs."""
        return asdict(self)


Index = dict[str, tuple[Entry, ...]]
"""By the name of a chart its versions, newest first."""


def parse_index(written: str) -> Index:
    """Return what an index.yaml holds; raise InvalidInputError for what is none."""
    read = load(written)
    if not text(read, "apiVersion") and not mapping(read, "entries"):
        raise InvalidInputError(
            "it is no index of a chart repository: it has neither apiVersion nor entries",
            hint="the url is that of the folder in which index.yaml is",
        )
    found: Index = {}
    for name in mapping(read, "entries"):
        versions = items(read, "entries", name)[:_MOST_VERSIONS]
        found[name] = newest_first(_entry(name, one) for one in versions)
    return {name: versions for name, versions in found.items() if versions}


def index_of_json(kept: Json) -> Index:
    """Return an index from entries as `Entry.as_json` tells them; TypeError if they are odd."""
    found: Index = {}
    for name, versions in cast("dict[str, list[Manifest]]", kept).items():
        found[name] = tuple(Entry(**one) for one in versions)
    return found


def newest_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return versions in order, those left out that are none."""
    known = [one for one in entries if order(one.version)[0]]
    return tuple(sorted(known, key=lambda one: order(one.version), reverse=True))


def _entry(name: str, one: Manifest) -> Entry:
    return entry_of(
        one | {"name": name},
        digest=text(one, "digest").removeprefix("sha256:").lower(),
        url=next(iter(texts(one, "urls")), ""),
        created=text(one, "created")[:40],
    )


def entry_of(metadata: Manifest, *, digest: str = "", url: str = "", created: str = "") -> Entry:
    """Return the entry of a chart from its Chart.yaml, on short and harmless lines."""
    return Entry(
        text(metadata, "name"),
        text(metadata, "version")[:_LONGEST],
        one_line(str(metadata.get("appVersion") or ""), _LONGEST),
        one_line(text(metadata, "description"), _LONGEST),
        digest,
        url,
        created,
        truth(metadata, "deprecated"),
        one_line(text(metadata, "kubeVersion"), _LONGEST),
        text(metadata, "type") == "library",
    )
