"""Benchmarks: `python -m tests.bench` prints a `name value unit` line per figure."""
