"""Measurements beside a peer in one run: `python -m benchmarks.bench_detect`; figures go to `benchmarks/results/`."""
