"""Measurements of the running assistant: ``python -m benchmarks`` (docs/benchmarks.md)."""
