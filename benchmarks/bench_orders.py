"""Key referrers where only the order of adoptions is known: `best` beside plain counts, on data made for it.

    python -m benchmarks.bench_orders [--seeds 801 802] [--kinds shares …]

Prints Markdown and writes results/orders.json. Cascades run over hidden networks (benchmarks/orders.py) and are told as
referrals in several forms; the first 70 % of all adoptions choose. Each figure is what `best` reached as a share of
what the best of the plain counts reached, whichever that was in this row; the mean over 5 to 100 chosen accounts.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.measure import keep
from benchmarks.orders import FORMS, KINDS, Story, after, begun, tell, told
from server.referrals.graph import Ints, until
from server.referrals.seeds import choose, filled
from server.referrals.ways import WAYS, know

SEEDS = (801, 802)  # nobody looked at these while anything was chosen
COUNTS = (5, 10, 25, 50, 100)
CHEAP = ("direct", "started", "subtree", "below")
CLEVER = ("recent", "latest", "cover")
LEAST = 5  # accounts that a count must reach for a share to say something
MEASURES = {"began": begun, "after": after}
Figures = dict[str, Any]


def main() -> None:
    """Measure every kind in every form, print the table, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    options = parser.parse_args()
    rows: list[Figures] = []
    for kind in options.kinds:
        for seed in options.seeds:
            rows += told_in_forms(kind, seed)
            print(f"{kind} {seed}", flush=True)
    _print(rows)
    keep("orders", {"seeds": options.seeds, "rows": rows})


def told_in_forms(kind: str, seed: int) -> list[Figures]:
    """What `best` and the plain counts reach later, per form and number of accounts."""
    story = tell(KINDS[kind], seed)
    cut = int(np.quantile(story.at[story.rank > 0], 0.7))
    rows = []
    for form in FORMS:
        known = know(until(told(story, form), cut))
        for count in (some for some in COUNTS if some <= story.size / 10):
            choice = choose(known, count)
            seeds = {
                way: filled(known, WAYS[way](known, count), count) for way in ("recent", "latest", "cover", *CHEAP)
            }
            ways = {"best": choice.certified.seeds, **seeds}
            rows.append(
                {"kind": kind, "seed": seed, "form": form, "count": count, "way": choice.way}
                | {name: _reached(measure, story, cut, ways) for name, measure in MEASURES.items()}
            )
    return rows


def _reached(measure: Any, story: Story, cut: int, ways: Mapping[str, Ints]) -> dict[str, int]:
    return {way: measure(story, cut, seeds) for way, seeds in ways.items()}


def share(row: Figures, measure: str, way: str = "best") -> float:
    """What a way reached, as a share of the best plain count."""
    reached = row[measure]
    return float(reached[way] / max(reached[count] for count in CHEAP))


def _print(rows: list[Figures]) -> None:
    forms = list(FORMS)
    for measure in MEASURES:
        print(f"\nReached in chains that the chosen {'began' if measure == 'began' else 'were part of, after them'}\n")
        print(f"| | {' | '.join(forms)} | all | lowest | {' | '.join(CHEAP)} |\n" + "|---" * (len(forms) + 7) + "|")
        told = [row for row in rows if max(row[measure][count] for count in CHEAP) >= LEAST]
        for kind in dict.fromkeys(row["kind"] for row in told):
            some = [row for row in told if row["kind"] == kind]
            cells = [[share(row, measure) for row in some if row["form"] == form] for form in forms]
            shares = [value for cell in cells for value in cell]
            means = [float(np.mean(cell)) if cell else float("nan") for cell in (*cells, shares)]
            counts = [float(np.mean([share(row, measure, count) for row in some])) for count in CHEAP]
            print(f"| {kind} | " + " | ".join(f"{x:.2f}" for x in [*means, min(shares), *counts]) + " |")


if __name__ == "__main__":
    main()
