"""How long an operation of Helm may plausibly take before nothing can be waiting for it."""

from datetime import timedelta

OPERATION = timedelta(minutes=10)
"""Since the last sign of life: twice the default of `--timeout`, which each wait has for itself."""
HOOK = timedelta(hours=1)
"""While a hook's Job is active: whoever has a longer hook gave `--timeout` as well."""
