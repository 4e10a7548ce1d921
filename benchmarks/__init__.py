"""Figures the README shows; `python -m benchmarks` runs them all."""
