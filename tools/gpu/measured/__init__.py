"""What Prometheus knows of GPUs, joined with who has them: how they are used, and what they cost.

What that domain works out already, names of metrics, thresholds, prices, is taken from it.
"""
