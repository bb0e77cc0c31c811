"""Kinds, of no group, of what findings are about and no API server knows."""

IN_PROMETHEUS = frozenset({"ScrapeJob", "RuleFile", "PrometheusServer", "AlertmanagerServer"})
"""What only Prometheus and Alertmanager know of: nothing describes one by its name."""
NO_OBJECTS = frozenset({"Alert", "HelmRelease", *IN_PROMETHEUS})
"""What only another server than the API server tells of; Flux has a HelmRelease in its group."""
