"""What reaches out for the Prometheus domain: its HTTP API, and that of Alertmanager."""
