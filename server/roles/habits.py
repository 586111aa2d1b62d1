"""What people of each age band buy and use of each category: fitted once, and what few data are shrunk towards.

Each household and category has one main user: with a probability the buyer, otherwise a member drawn with a weight of
his age band in the category (Luce's choice). Where the user is not the buyer, an order names him with a probability;
now and then one names somebody else, such as with a gift. All of it is fitted by expectation and maximisation; the
weights by Hunter's MM steps (Ann. Stat. 32, 2004).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from scipy.special import xlog1py, xlogy

from server.journeys import BANDS, Floats, Ints, sums
from server.paths.model import of_categories
from server.roles.cells import Cells

ROUNDS = 40
RARELY, OFTEN = 1e-3, 100.0  # how often orders are for others than the user before any are seen, and of how many
FEW = 2.0  # users that the mean of all bands counts for


@dataclass(frozen=True)
class Habits:
    """`buys` and `uses` are weights by band and category; `kappa` is how many purchases the former counts for.

    `naming` is the probability that an order names a user who is not the buyer, `slip` that one names somebody else,
    `same` that the user is the buyer.
    """

    buys: Floats
    uses: Floats
    kappa: float = 0.1
    naming: float = 0.1
    slip: float = RARELY
    same: float = 0.5

    def of(self, known: tuple[str, ...], categories: list[str]) -> Habits:
        """The same for these categories instead of the known ones."""
        return replace(
            self,
            buys=of_categories(self.buys, known, categories, 1),
            uses=of_categories(self.uses, known, categories, 1),
        )


def habits(cells: Cells, categories: int) -> Habits:
    """What these households show."""
    group = _group(cells, categories)
    shape = (len(BANDS), categories)
    rows = np.bincount(group, minlength=len(BANDS) * categories)
    buys = (sums(group, cells.bought, len(rows)) + 0.5) / (rows + 1)
    found = Habits(buys.reshape(shape), np.ones(shape))
    found = replace(found, kappa=_kappa(cells, found))
    buyer = buyers(cells, found)
    for _ in range(ROUNDS):
        user, other, drawn = _users(cells, found, buyer)
        orders = cells.purchases[cells.cell]
        slips = float((user * (cells.total(cells.named) - cells.named)).sum())
        found = replace(
            found,
            uses=_weights(cells, group, drawn, found.uses),
            naming=(float((other * cells.named).sum()) + 1) / (float((other * orders).sum()) + 10),
            slip=(slips + OFTEN * RARELY) / (float(cells.purchases.sum()) + OFTEN),
            same=1 - (float(drawn.sum()) + 1) / (len(cells.household) + 2),
        )
    return found


def loads(text: str) -> Habits:
    """Read what `server.paths.model.dumps` wrote of habits; raises KeyError, TypeError or ValueError otherwise."""
    given: dict[str, Any] = json.loads(text)
    if given.keys() != {field.name for field in fields(Habits)}:
        raise KeyError("habits of another version")
    return Habits(**{**given, **{name: np.array(given[name], dtype=float) for name in ("buys", "uses")}})


def buyers(cells: Cells, known: Habits) -> Floats:
    """By row, the share of the purchases that the actor makes, shrunk to what his age band buys of the category."""
    base = _choice(cells, known.buys)
    return np.asarray((cells.bought + known.kappa * base) / (cells.purchases[cells.cell] + known.kappa))


def users(cells: Cells, known: Habits, buyer: Floats) -> Floats:
    """By row, the probability that this actor is the user; `buyer` is that he is the buyer."""
    return _users(cells, known, buyer)[0]


def _group(cells: Cells, categories: int) -> Ints:
    return cells.band * categories + cells.category[cells.cell]


def _choice(cells: Cells, weights: Floats) -> Floats:
    """By row, the probability that this member of the cell is chosen."""
    chosen = weights[cells.band, cells.category[cells.cell]]
    return np.asarray(chosen / cells.total(chosen).clip(1e-12))


def _kappa(cells: Cells, known: Habits) -> float:
    """Of the Dirichlet-multinomial: from how often two purchases of one household have the same buyer."""
    orders = cells.purchases
    pairs = float((cells.bought * (cells.bought - 1)).sum()) + 1
    possible = float((orders * (orders - 1)).sum()) + 1
    alone = sums(cells.cell, _choice(cells, known.buys) ** 2, len(orders))
    alike = min(pairs / possible, 1.0)
    by_chance = min(float((alone * orders * (orders - 1)).sum()) / possible, 0.99)
    return (1 - alike) / max(alike - by_chance, 1e-3)


def _users(cells: Cells, known: Habits, buyer: Floats) -> tuple[Floats, Floats, Floats]:
    """By row the probability of being the user, of being it without being the buyer, and of having been drawn."""
    slips = cells.total(cells.named) - cells.named
    slipped = xlogy(slips, known.slip / (cells.size[cells.cell] - 1).clip(1))
    orders = cells.purchases[cells.cell]
    choice = _choice(cells, known.uses)
    said = xlogy(cells.named, known.naming)
    unsaid = xlog1py(np.maximum(orders - cells.named, 0), -known.naming)
    own = known.same + (1 - known.same) * choice
    with np.errstate(divide="ignore"):
        mine = np.log(buyer * own) + said + slipped
        theirs = np.log((1 - buyer) * (1 - known.same) * choice) + said + unsaid + slipped
    # Relative to the likeliest of the cell: of hundreds of named orders every likelihood is too small for a number.
    most = np.full(len(cells.household), -np.inf)
    np.maximum.at(most, cells.cell, np.maximum(mine, theirs))
    mine, theirs = np.exp(mine - most[cells.cell]), np.exp(theirs - most[cells.cell])
    total = cells.total(mine + theirs).clip(1e-300)
    drawn = (theirs + mine * (1 - known.same) * choice / own) / total
    return np.asarray((mine + theirs) / total), np.asarray(theirs / total), np.asarray(drawn)


def _weights(cells: Cells, group: Ints, drawn: Floats, weights: Floats) -> Floats:
    """One MM step; each weight is shrunk to its band's."""
    chosen = weights[cells.band, cells.category[cells.cell]]
    met = sums(group, cells.total(drawn) / cells.total(chosen).clip(1e-12), weights.size).reshape(weights.shape)
    won = sums(group, drawn, weights.size).reshape(weights.shape)
    band = ((won.sum(axis=1) + 1) / (met.sum(axis=1) + 1)).clip(1e-6)
    raised = (won + FEW * band[:, None]) / (met + FEW)
    return np.asarray(raised / raised.mean())
