"""Fit the model that Hearth ships, on simulated worlds alone, and write server/detect/shipped.json.

    python -m benchmarks.fit_shipped [--cache FOLDER] [--out FILE]

Seeds 101 to 108 of the five profiles at three densities, 130 worlds with rates and ways of recording of their own
(benchmarks/varied.py), and simulated homesteads; benchmarks/bench_quality.py measures on others.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from benchmarks.learning import BLANK, learn
from benchmarks.worlds import CACHE
from server.detect.model import SHIPPED, save

ABOUT = (
    "Log-odds that two accounts live together. Fitted on simulated worlds (five cities, seeds 101 to 108, three "
    "densities; 130 worlds of widely drawn rates; and homesteads known from contacts) by python -m "
    "benchmarks.fit_shipped. A pair starts at `prior` and "
    "adds one weight per shape and per table: weights[0] where the feature is unknown, weights[i] from edges[i-2] to "
    "edges[i-1]; those of `company` come on a second look. Set by hand: strangers, second, person."
)


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    options = parser.parse_args()
    model = learn(options.cache, start=replace(BLANK, name="shipped-7", about=ABOUT))
    save(model, options.out)
    print(f"Wrote {options.out} with {len(model.shapes)} shapes and {len(model.tables)} tables.")


if __name__ == "__main__":
    main()
