"""Whether the touches that led to purchases are found, on simulated worlds that nobody looked at while building.

    python -m benchmarks.bench_paths [--cache FOLDER] [--seeds 731 732] [--profiles city campus …] [--detected]

Prints Markdown and writes results/paths.json. `--detected` judges with the households of `hearth detect` too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import worlds
from benchmarks.learning import first_run
from benchmarks.measure import keep
from benchmarks.trades import Causes, Names, causes, housed, keyed, read
from seed.city import categories as sold
from server.detect import model as models
from server.detect.evidence import gather as gather_pairs
from server.detect.read import CAP
from server.journeys import Bools, Ints, Trade
from server.paths.attribution import MODELS
from server.paths.attribution import Path as Steps
from server.paths.evidence import Evidence, gather
from server.paths.fit import fit
from server.paths.judge import judge
from server.paths.lift import exposures, lift
from server.paths.steps import steps

SEEDS = (731, 732)
FREE = [name for name, share in zip(sold.NAMES, sold.TOGETHER, strict=True) if share == 0]  # nobody sways anybody
COLUMNS = ("precision", "recall", "cross precision", "cross recall", "false cross", "window", "credit off")


def main() -> None:
    """Measure every world, print a table, and keep the figures."""
    parser = worlds.parser(__doc__, SEEDS)
    parser.add_argument("--detected", action="store_true")
    options = parser.parse_args()
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    covered: list[dict[str, Any]] = []
    print(f"| profile | households | {' | '.join(COLUMNS)} |\n|{'---|' * (len(COLUMNS) + 2)}")
    for profile in options.profiles:
        for seed in options.seeds:
            folder = worlds.world(options.cache, profile, seed, options.accounts)
            trade, names = read(folder)
            truth = causes(folder, names)
            found[f"{profile} | true"].append(measure(trade, names, truth, trade))
            covered += [{"profile": profile, "seed": seed, **row} for row in lifts(trade, names)]
            if options.detected:
                found[f"{profile} | detected"].append(measure(detected(folder, trade, names), names, truth, trade))
        for name in (f"{profile} | true", f"{profile} | detected"):
            if name in found:
                print(_row(name, found[name]), flush=True)
    free = [row for row in covered if row["category"] in FREE and row["low"] is not None]
    hits = sum(row["low"] <= 1 <= row["high"] for row in free)
    print(f"\nLift of categories without influence: {hits} of {len(free)} intervals cover 1")
    figures = {name: [dict(row) for row in rows] for name, rows in found.items()}
    simulated = {"accounts": options.accounts, "seeds": options.seeds}
    keep("paths", {"simulated": simulated, "worlds": figures, "free": {"covered": hits, "of": len(free)}})


def _row(name: str, rows: list[dict[str, float]]) -> str:
    return f"| {name} | " + " | ".join(f"{np.mean([row[column] for row in rows]):.3f}" for column in COLUMNS) + " |"


def measure(trade: Trade, names: Names, truth: Causes, true: Trade) -> dict[str, float]:
    """How the steps that are found compare with the touches that are causes.

    `cross` is about the touches of other human beings than the buyer, as the `true` trade knows them; `false cross` is
    the share of purchases that nobody else had a part in, but somebody could have, whose path is called cross-account,
    and `window` the same if every touch of fourteen days counted.
    """
    evidence = gather(trade)
    judged = judge(trade, evidence, fit(trade, evidence, names.categories))
    path = steps(trade, evidence, judged)
    actor, touches = true.accounts.actor, trade.touches
    buyer = actor[trade.purchases.account]

    def rows(purchase: Ints, touch: Ints) -> tuple[list[tuple[int, ...]], Bools]:
        keys = keyed(touches, purchase, touch)
        return list(map(tuple, keys.tolist())), np.asarray(actor[touches.account[touch]] != buyer[purchase])

    claimed, by_others = rows(path.purchase, path.touch)
    near, near_others = rows(evidence.rows.purchase, evidence.rows.touch)
    caused = list(map(tuple, truth.caused.tolist()))
    caused_others = actor[truth.caused[:, 1]] != buyer[truth.caused[:, 0]]
    swayed = set(truth.caused[caused_others, 0].tolist())
    company = set(gather(true).company.tolist()) - swayed
    precision, recall = _rates(claimed, caused)
    cross = _rates(_only(claimed, by_others), _only(caused, caused_others))
    return {
        "precision": precision,
        "recall": recall,
        "cross precision": cross[0],
        "cross recall": cross[1],
        "false cross": len(company & {key[0] for key in _only(claimed, by_others)}) / len(company),
        "window": len(company & {key[0] for key in _only(near, near_others)}) / len(company),
        "credit off": _credit_off(true, caused, claimed),
    }


def _only(rows: list[tuple[int, ...]], where: Bools) -> list[tuple[int, ...]]:
    return [row for row, wanted in zip(rows, where.tolist(), strict=True) if wanted]


def _rates(claimed: Iterable[tuple[int, ...]], caused: Iterable[tuple[int, ...]]) -> tuple[float, float]:
    one, other = Counter(claimed), Counter(caused)
    hits = (one & other).total()
    return hits / max(one.total(), 1), hits / max(other.total(), 1)


def _credit_off(trade: Trade, caused: list[tuple[int, ...]], claimed: list[tuple[int, ...]]) -> float:
    """By how much the share of the credit of any kind of actor is off at most, over models and categories."""
    worst = 0.0
    shares = [_shares(trade, rows) for rows in (caused, claimed)]
    for key, credit in shares[0].items():
        other = shares[1].get(key, {})
        worst = max([worst, *(abs(credit.get(who, 0) - other.get(who, 0)) for who in {*credit, *other})])
    return worst


def _shares(trade: Trade, rows: list[tuple[int, ...]]) -> Mapping[tuple[int, str], dict[Any, float]]:
    bands, actor = trade.accounts.band_of_actors(), trade.accounts.actor
    paths: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for row in rows:
        paths[row[0]].append(row)
    by_category: dict[int, list[Steps]] = defaultdict(list)
    for purchase, some in paths.items():
        own = actor[trade.purchases.account[purchase]]
        at = int(trade.purchases.at[purchase])
        named = [
            (("buyer",) if actor[row[1]] == own else ("other", str(bands[actor[row[1]]])), (at - row[3]) / 3600)
            for row in sorted(some, key=lambda row: row[3])
        ]
        by_category[int(trade.purchases.category[purchase])].append(named)
    return {
        (category, name): {who: credit / len(some) for who, credit in model(some, ()).items()}
        for category, some in by_category.items()
        for name, model in MODELS.items()
    }


def lifts(trade: Trade, names: Names) -> list[dict[str, Any]]:
    """The lift of every category."""
    evidence: Evidence = gather(trade)
    found = exposures(trade, evidence)
    home, category = evidence.parts.household[found.part], trade.touches.category[found.touch]
    rows = []
    for place, name in enumerate(names.categories):
        of = category == place
        observed, expected = (np.bincount(home[of], x[of]) for x in (found.observed, found.expected))
        squares = float((observed**2).sum()), float((observed * expected).sum()), float((expected**2).sum())
        one = lift(float(observed.sum()), float(expected.sum()), squares)
        rows.append({"category": name, "lift": one and one.lift, "low": one and one.low, "high": one and one.high})
    return rows


def detected(folder: Path, trade: Trade, names: Names) -> Trade:
    """The same trade with the households and persons that detection finds."""
    one = worlds.read(folder, CAP)
    homes, people = first_run(gather_pairs(one.groups), one.traits, models.load())
    return housed(trade, names, [home.accounts for home in homes], [person.accounts for person in people])


if __name__ == "__main__":
    main()
