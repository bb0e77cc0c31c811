"""PrometheusRule objects: alerts and recorded series by the names that others know."""
