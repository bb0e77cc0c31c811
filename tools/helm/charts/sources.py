"""All the places that charts may come from, and the one that a chart's name means.

A caller names `repository/chart`. A URL or a path is refused, whoever asks: what is rendered and
installed comes from where whoever runs the server said that it may.
"""

from dataclasses import dataclass

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.excerpt import few
from clusterwright.tools.helm.charts.repository import (
    CHART_NAME,
    ChartsFile,
    Kind,
    Repository,
    RepositorySetting,
)
from clusterwright.tools.helm.charts.user_repositories import user_repositories
from clusterwright.tools.trust.places import config_dir
from clusterwright.tools.trust.settings_file import load_settings

FILE = "charts.yaml"
_EXAMPLE = (
    "repositories: [{name: stable, url: https://charts.example.com},"
    " {name: apps, url: 'oci://registry.example.com/charts', charts: [web]},"
    " {name: local, path: /srv/charts}]"
)


@dataclass(frozen=True, slots=True)
class Sources:
    """The repositories by name; of one name the first counts."""

    repositories: tuple[Repository, ...]
    gaps: tuple[Gap, ...] = ()

    def find(self, chart: str) -> tuple[Repository, str]:
        """Return the repository of `repository/chart`, and the chart's name in it.

        Raises InvalidInputError for a URL, a path or what is no name, and NotFoundError where the
        repository is not configured, each with those that are.
        """
        first, _, rest = chart.partition("/")
        if "://" in chart or chart.startswith((".", "/", "~")) or "\\" in chart:
            raise InvalidInputError(
                f"{chart[:200]!r} is a URL or a path: charts come from configured repositories"
                " only",
                hint=f"name one as repository/chart; {self.hint()}",
            )
        if not CHART_NAME.fullmatch(rest):
            raise InvalidInputError(
                f"{chart[:200]!r} names no chart", hint=f"write repository/chart; {self.hint()}"
            )
        repository = self.repository(first)
        if repository.kind is Kind.OCI and rest not in repository.charts:
            raise NotFoundError(
                f"the registry {first!r} has no chart {rest!r} that is configured",
                hint=f"its charts: {few(repository.charts, 10)}; {config_dir() / FILE} names them",
            )
        return repository, rest

    def repository(self, name: str) -> Repository:
        """Return a repository; raise NotFoundError with those that there are."""
        for one in self.repositories:
            if one.name == name:
                return one
        raise NotFoundError(f"no repository {name[:80]!r} is configured", hint=self.hint())

    def hint(self) -> str:
        """Return which repositories there are, or how to configure one."""
        names = [one.name for one in self.repositories]
        if names:
            return f"repositories: {few(names, 10)}; helm_search_charts lists their charts"
        return f"none is configured: write {config_dir() / FILE}, as {_EXAMPLE}"


def load_sources() -> Sources:
    """Return the repositories of charts.yaml, then those of the user's own helm.

    Raises InvalidInputError that names the line of charts.yaml that is wrong.
    """
    path = config_dir() / FILE
    settings = ChartsFile()
    if path.is_file():
        settings = load_settings(path, ChartsFile, RepositorySetting, "list of charts", _EXAMPLE)
    found = [one.repository() for one in settings.repositories]
    names = [one.name for one in found]
    if twice := next((one for one in names if names.count(one) > 1), None):
        raise InvalidInputError(
            f"{str(path)!r} names two repositories {twice!r}", hint="give one another name"
        )
    theirs = user_repositories() if settings.helm_repositories else []
    own = [one for one in theirs if isinstance(one, Repository) and one.name not in names]
    gaps = tuple(one for one in theirs if isinstance(one, Gap))
    return Sources((*found, *own), gaps)
