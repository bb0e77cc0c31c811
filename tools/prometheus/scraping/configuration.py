"""The configuration that Prometheus runs with, as far as targets and alerts depend on it.

That of a large cluster has millions of characters, of which few are ever asked for: it is cut at
its sections and at its scrape configurations, and of these only the wanted ones are parsed. It may
be cut by lines because Prometheus prints it itself (config.Config.String), by no other hand.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import yaml

from clusterwright.tools.manifest import Json, items, mapping, strings, text, texts
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.prometheus.scraping.relabelling import RelabelRule, rules_of
from clusterwright.tools.prometheus.wire import duration

if TYPE_CHECKING:
    _Base = yaml.CBaseLoader
else:
    _Base = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

_LARGEST = 16_000_000
_SECTION = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)
_ITEM = re.compile(r"^(?=- )", re.MULTILINE)
_JOB = re.compile(r"- job_name: (.+)")


@dataclass(frozen=True, slots=True)
class ScrapeConfig:
    """One scrape configuration: the targets that it discovers are a pool of its name."""

    job: str
    rules: tuple[RelabelRule, ...] | None = ()
    """None where one of them could not be read."""
    interval: float | None = None
    """Seconds."""
    timeout: float | None = None
    """Seconds."""
    sources: tuple[str, ...] = ()
    """Kinds of discovery: `kubernetes_sd_configs`, `static_configs`."""
    limits: Labels = field(default_factory=dict[str, str])
    """As written: `sample_limit`, `body_size_limit`, `keep_dropped_targets`."""


@dataclass(frozen=True)
class Configuration:
    """One configuration as Prometheus prints it."""

    written: str

    @cached_property
    def jobs(self) -> tuple[str, ...]:
        """Names of all scrape configurations."""
        return tuple(self._scrapes)

    def scrape(self, job: str) -> ScrapeConfig | None:
        """Return one scrape configuration; None where there is none, or it cannot be read."""
        raw = next(iter(items({"all": _load(self._scrapes.get(job, ""))}, "all")), None)
        return None if raw is None else _scrape(raw)

    @cached_property
    def external(self) -> Labels:
        """Labels that each alert gets on its way to Alertmanager."""
        return strings(self._section("global"), "external_labels")

    @cached_property
    def alerting(self) -> Mapping[str, Json]:
        """How alerts reach Alertmanager: `alertmanagers`, `alert_relabel_configs`."""
        return self._section("alerting")

    @cached_property
    def rule_files(self) -> tuple[str, ...]:
        """Patterns of the files with rules."""
        return tuple(texts({"all": self._section("rule_files", list_=True)}, "all"))

    def _section(self, name: str, *, list_: bool = False) -> Json:
        loaded = mapping(_load(self._sections.get(name, "")))
        return loaded.get(name) if list_ else mapping(loaded, name)

    @cached_property
    def _sections(self) -> dict[str, str]:
        parts = _SECTION.split(self.written)
        return {one.partition(":")[0]: one for one in parts if one}

    @cached_property
    def _scrapes(self) -> dict[str, str]:
        return dict(_by_job(self._sections.get("scrape_configs", "")))


def read_configuration(answer: Json) -> Configuration | None:
    """Return what `data` of `status/config` holds; None where that is no configuration."""
    written = text(answer, "yaml")
    return Configuration(written) if 0 < len(written) <= _LARGEST else None


def _by_job(section: str) -> Iterator[tuple[str, str]]:
    for part in _ITEM.split(section):
        found = _JOB.match(part)
        if found:
            name = _load(found[1])
            yield name if isinstance(name, str) else found[1], part


def _load(written: str) -> Json:
    """Return YAML of which every scalar is text, as a pattern `8080` or a label `true` is meant."""
    try:
        return _Base(written).get_single_data()
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def _scrape(raw: Json) -> ScrapeConfig:
    return ScrapeConfig(
        job=text(raw, "job_name"),
        rules=rules_of(items(raw, "relabel_configs")),
        interval=duration(raw, "scrape_interval"),
        timeout=duration(raw, "scrape_timeout"),
        sources=tuple(key for key in raw if key.endswith("sd_configs") or key == "static_configs"),
        limits={key: one for key, one in strings(raw).items() if "limit" in key or "keep_" in key},
    )
