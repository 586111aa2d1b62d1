"""How well steps by others could be found at all: ours beside boosting that was told the truth of other cities.

    python -m benchmarks.bench_boosted_paths [--cache FOLDER] [--profiles city] [--seeds 1 2 3] [--accounts 6000]

All seeds but the last teach, the last one judges. Needs scikit-learn, which the project does not. The features are what
ours says of a touch and what stands near it. Prints Markdown and writes results/boosted-paths.json.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks import peers, worlds
from benchmarks.measure import keep
from benchmarks.trades import causes, keyed, read
from server.journeys import Bools, Floats, Ints, sums
from server.paths.evidence import gather
from server.paths.fit import fit
from server.paths.judge import judge


def main() -> None:
    """Compare on the last seed of every profile."""
    parser = worlds.parser(__doc__, (1, 2, 3))
    parser.set_defaults(profiles=["city"])
    options = parser.parse_args()
    figures = {}
    print("| profile | ours: precision | recall | boosted: precision | recall |\n|---|---|---|---|---|")
    for profile in options.profiles:
        *others, judging = [
            known(worlds.world(options.cache, profile, seed, options.accounts)) for seed in options.seeds
        ]
        features, true = (np.concatenate(column) for column in zip(*others, strict=True))
        ours, boosted = judging[0][:, 0] >= 0, peers.boosting(features, true)(judging[0]) >= 0.5
        figures[profile] = [round(rate, 3) for found in (ours, boosted) for rate in rates(found, judging[1])]
        print(f"| {profile} | {' | '.join(f'{rate:.3f}' for rate in figures[profile])} |", flush=True)
    simulated = {"accounts": options.accounts, "seeds": options.seeds}
    keep("boosted-paths", {"simulated": simulated, "figures": figures})


def rates(found: Bools, true: Bools) -> tuple[float, float]:
    """Precision and recall."""
    hits = float((found & true).sum())
    return hits / max(float(found.sum()), 1), hits / max(float(true.sum()), 1)


def known(folder: Path) -> tuple[Floats, Bools]:
    """Of every touch by another than the buyer before a purchase what is known, our log-odds first, and the truth."""
    trade, names = read(folder)
    evidence, truth, touches = gather(trade), causes(folder, names), trade.touches
    judged = judge(trade, evidence, fit(trade, evidence, names.categories))
    rows, theirs, pair, group = evidence.rows, evidence.theirs, evidence.pair, evidence.group
    touch, purchase, chance = rows.touch[theirs], rows.purchase[theirs], judged.probability[theirs]

    def beside(place: Ints, weight: Floats) -> Floats:
        """The sum of the other rows of a place."""
        return np.asarray(sums(place, weight, int(place.max()) + 1)[place] - weight)

    ones = np.ones(len(theirs))
    sure = chance.clip(1e-9, 1 - 1e-9)
    features = [
        np.log(sure / (1 - sure)), *judged.parts[theirs].T, *judged.state.combinations[evidence.part[theirs]].T,
        beside(pair, ones), beside(pair, chance), beside(group, ones), beside(group, chance), beside(purchase, chance),
        rows.lag[theirs], rows.match[theirs], evidence.action[theirs], evidence.parts.purchases[evidence.part[theirs]],
        sums(purchase, ones, len(trade.purchases.at))[purchase], touches.at[touch] // 3600 % 24,
    ]  # fmt: skip
    caused = set(map(tuple, truth.caused.tolist()))
    keys = map(tuple, keyed(touches, purchase, touch).tolist())
    return np.stack(features, axis=1), np.array([key in caused for key in keys])


if __name__ == "__main__":
    main()
