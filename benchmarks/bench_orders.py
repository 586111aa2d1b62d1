"""Key referrers where only the order of adoptions is known: `best` beside plain counts, on real and made-up cascades.

    python -m benchmarks.bench_orders [--seeds 803] [--kinds shares …] [--cascades NAME=FILE[,FILE] …]

Prints Markdown and writes results/orders.json. Cascades that were read (benchmarks/orders.py says in which form), or
that ran over hidden networks made for this, are told as referrals in several forms. The first 70 % of the real
cascades choose, the first 70 % of made-up adoptions. Each figure is what `best` reached as a share of what the best of
the plain counts reached, whichever that was in this row; the mean over 5 to 100 chosen accounts.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import keep
from benchmarks.orders import FORMS, KINDS, Story, after, begun, read, tell, told
from server.referrals.graph import Ints, Referrals, until
from server.referrals.seeds import choose, filled
from server.referrals.ways import WAYS, know

SEEDS = (801, 802)  # nobody looked at these while anything was chosen
COUNTS = (5, 10, 25, 50, 100)
CHEAP = ("direct", "started", "subtree", "below")
JOINED = "joined"  # in how many cascades an account was: a plain count of the story itself
COUNTED = (*CHEAP, JOINED)
CLEVER = ("active", "latest", "cover")
LEAST = 5  # accounts that a count must reach for a share to say something
MEASURES = {"began": begun, "after": after}
Figures = dict[str, Any]


def main() -> None:
    """Measure everything in every form, print the tables, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="*", default=list(SEEDS))
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--cascades", nargs="*", default=[], help="Real ones: NAME=FILE, or NAME=FILE,FILE.")
    options = parser.parse_args()
    rows: list[Figures] = []
    for given in options.cascades:
        name, files = given.split("=", 1)
        rows += real(name, read([Path(file) for file in files.split(",")]))
    for kind in options.kinds:
        for seed in options.seeds:
            rows += simulated(kind, seed)
    _print(rows)
    keep("orders", {"seeds": options.seeds, "rows": rows})


def real(name: str, story: Story) -> list[Figures]:
    """What is reached in the last 30 % of the cascades, by accounts chosen from those that began before."""
    cut = int((story.cascade[-1] + 1) * 0.7)
    before, later = story.part(story.cascade < cut), story.part(story.cascade >= cut)
    pasts = {form: told(before, form) for form in FORMS}
    return [{"kind": name, "real": True, **row} for row in _compared(before, pasts, later, 0)]


def simulated(kind: str, seed: int) -> list[Figures]:
    """What is reached in the last 30 % of the time."""
    story = tell(KINDS[kind], seed)
    cut = int(np.quantile(story.at[story.rank > 0], 0.7))
    pasts = {form: until(told(story, form), cut) for form in FORMS}
    rows = _compared(story.part(story.at < cut), pasts, story, cut)
    return [{"kind": kind, "seed": seed, **row} for row in rows]


def _compared(before: Story, pasts: Mapping[str, Referrals], later: Story, cut: int) -> Iterator[Figures]:
    joined = np.argsort(-np.bincount(before.user, minlength=before.size), kind="stable")
    for form, rows in pasts.items():
        known = know(rows)
        for count in (some for some in COUNTS if some <= before.size / 10):
            choice = choose(known, count)
            seeds = {way: filled(known, WAYS[way](known, count), count) for way in (*CLEVER, *CHEAP)}
            ways = {"best": choice.certified.seeds, **seeds, JOINED: joined[:count]}
            reached = {name: _reached(measure, later, cut, ways) for name, measure in MEASURES.items()}
            yield {"form": form, "count": count, "way": choice.way, **reached}


def _reached(measure: Any, story: Story, cut: int, ways: Mapping[str, Ints]) -> dict[str, int]:
    return {way: measure(story, cut, seeds) for way, seeds in ways.items()}


def share(row: Figures, measure: str, way: str = "best") -> float:
    """What a way reached, as a share of the best plain count."""
    reached = row[measure]
    return float(reached[way] / max(reached[count] for count in COUNTED))


def _print(rows: list[Figures]) -> None:
    forms = list(FORMS)
    for measure in MEASURES:
        print(f"\nReached in chains that the chosen {'began' if measure == 'began' else 'were part of, after them'}\n")
        print(f"| | {' | '.join(forms)} | all | lowest | {' | '.join(COUNTED)} |\n" + "|---" * (len(forms) + 8) + "|")
        told = [row for row in rows if max(row[measure][count] for count in COUNTED) >= LEAST]
        for kind in dict.fromkeys(row["kind"] for row in told):
            some = [row for row in told if row["kind"] == kind]
            cells = [[share(row, measure) for row in some if row["form"] == form] for form in forms]
            shares = [value for cell in cells for value in cell]
            means = [float(np.mean(cell)) if cell else float("nan") for cell in (*cells, shares)]
            counts = [float(np.mean([share(row, measure, count) for row in some])) for count in COUNTED]
            print(f"| {kind} | " + " | ".join(f"{x:.2f}" for x in [*means, min(shares), *counts]) + " |")


if __name__ == "__main__":
    main()
