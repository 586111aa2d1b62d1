"""Whether roles are right and their probabilities honest, on simulated worlds that nobody looked at while building.

    python -m benchmarks.bench_roles [--cache FOLDER] [--seeds 731 732] [--profiles city campus …]

Prints Markdown and writes results/roles.json and the calibration plot docs/images/roles.svg.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import worlds
from benchmarks.measure import keep
from benchmarks.plot import diagonal_plot
from benchmarks.trades import Names, read
from server.evaluate import Bin
from server.journeys import Bools, Floats, Ints, Trade
from server.paths.evidence import gather
from server.paths.fit import fit
from server.paths.judge import judge
from server.roles.cells import Cells, cells
from server.roles.decide import ROLES, Roles, decide, enough
from server.roles.habits import habits

SEEDS = (731, 732)
MANY = 5  # purchases from which the decision maker must be right
PLOT = Path(__file__).parents[1] / "docs" / "images" / "roles.svg"
ROUNDED = 0.005  # shares and intervals are compared to two digits
TENTHS = np.linspace(0, 1, 11)[1:-1]


def main() -> None:
    """Measure every world, print the tables, and keep the figures."""
    options = worlds.parser(__doc__, SEEDS).parse_args()
    figures: dict[str, list[dict[str, Any]]] = defaultdict(list)
    bins: dict[str, list[Bin]] = defaultdict(list)
    for profile in options.profiles:
        for seed in options.seeds:
            trade, names = read(folder := worlds.world(options.cache, profile, seed, options.accounts))
            figures[profile].append(measure(trade, names, folder, bins))
    print(f"Right, from {MANY} purchases on; in brackets the worst category with 50 households\n")
    print(f"| profile | {' | '.join(ROLES)} |\n|{'---|' * (len(ROLES) + 1)}")
    for profile, rows in figures.items():
        print(f"| {profile} | {' | '.join(_cell(rows, role) for role in ROLES)} |")
    print("\n| role | tenths of the score | of them with the observed share within the mean interval |\n|---|---|---|")
    for role in ROLES:
        some = [row["intervals"][role] for rows in figures.values() for row in rows]
        print(f"| {role} | {sum(n for _, n in some)} | {sum(hit for hit, _ in some)} |")
    diagonal_plot(bins, PLOT)
    simulated = {"accounts": options.accounts, "seeds": options.seeds}
    keep("roles", {"simulated": simulated, "worlds": figures})


def _cell(rows: list[dict[str, Any]], role: str) -> str:
    worst = min((row["worst"][role] for row in rows if role in row["worst"]), default=float("nan"))
    return f"{np.mean([row['right'][role] for row in rows]):.3f} ({worst:.3f})"


def measure(trade: Trade, names: Names, folder: Path, bins: dict[str, list[Bin]]) -> dict[str, Any]:
    """How often the likeliest holder is the true one, and how honest the intervals are, by role."""
    evidence = gather(trade)
    model = fit(trade, evidence, names.categories)
    found = cells(trade, evidence, judge(trade, evidence, model), model)
    roles = decide(found, habits(found, trade.categories))
    rows = enough(found)
    truth, settled = true_roles(trade, names, folder, found, rows)
    result: dict[str, Any] = {"right": {}, "worst": {}, "intervals": {}, "calibration_error": {}}
    for place, role in enumerate(ROLES):
        _right(result, names, found, rows[settled], roles.score[rows[settled], place], truth[settled, place], role)
        tenths = _tenths(roles, rows[settled], truth[settled, place], place)
        bins[role] += [Bin(count, score, share) for count, score, share, *_ in tenths]
        total = sum(count for count, *_ in tenths)
        off = sum(count * abs(score - share) for count, score, share, *_ in tenths)
        result["calibration_error"][role] = off / total
        result["intervals"][role] = [
            sum(low - ROUNDED <= share <= high + ROUNDED for _, _, share, low, high in tenths),
            len(tenths),
        ]
    return result


def true_roles(trade: Trade, names: Names, folder: Path, found: Cells, rows: Ints) -> tuple[Floats, Bools]:
    """Per row and role whether it is true, and which rows are of households whose roles the truth knows."""
    account = {name: place for place, name in enumerate(names.accounts)}
    known: set[tuple[str, str]] = set()
    true: set[tuple[str, str, int, str]] = set()
    with (folder / "truth_roles.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            known.add((row["household_id"], row["category"]))
            actor = int(trade.accounts.actor[account[row["account_id"]]])
            true.add((row["household_id"], row["category"], actor, row["role"]))
    held = np.zeros((len(rows), len(ROLES)))
    settled = np.zeros(len(rows), dtype=bool)
    for number, row_ in enumerate(rows.tolist()):
        cell = found.cell[row_]
        home, category = names.households[found.household[cell]], names.categories[found.category[cell]]
        settled[number] = (home, category) in known
        held[number] = [(home, category, int(found.actor[row_]), role) in true for role in ROLES]
    return held, settled


def _right(
    result: dict[str, Any], names: Names, found: Cells, rows: Ints, score: Floats, truth: Floats, role: str
) -> None:
    """Note how often the likeliest member is the holder, where the holder still lives there."""
    by_category: dict[str, list[bool]] = defaultdict(list)
    groups: dict[int, list[int]] = defaultdict(list)
    for number, row in enumerate(rows.tolist()):
        if found.purchases[found.cell[row]] >= MANY:
            groups[int(found.cell[row])].append(number)
    for cell, some in groups.items():
        if truth[some].any():
            best = max(some, key=lambda number: score[number])
            by_category[names.categories[found.category[cell]]].append(bool(truth[best]))
    result["right"][role] = float(np.mean([hit for hits in by_category.values() for hit in hits]))
    result["worst"][role] = min((float(np.mean(hits)) for hits in by_category.values() if len(hits) >= 50), default=1.0)


def _tenths(roles: Roles, rows: Ints, truth: Floats, place: int) -> list[tuple[int, float, float, float, float]]:
    """By tenth of the score with 20 rows or more: how many, mean score, share that is true, mean interval."""
    score, low, high = roles.score[rows, place], roles.low[rows, place], roles.high[rows, place]
    tenth = np.searchsorted(TENTHS, score)
    return [
        (int(of.sum()), *(float(x[of].mean()) for x in (score, truth, low, high)))  # type: ignore[misc]
        for of in (tenth == number for number in range(10))
        if of.sum() >= 20
    ]


if __name__ == "__main__":
    main()
