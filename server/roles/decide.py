"""From what members do to the probability that each has a role, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.journeys import BANDS, Bools, Floats, Ints
from server.paths.model import BEGINS, DECIDES, SWAYS
from server.roles.cells import Cells, children
from server.roles.users import users

ROLES = ("initiator", "influencer", "decision_maker", "buyer", "user")
ENOUGH = 2  # purchases; one alone shows no habit
Z = 1.6449  # of a 90 % interval


@dataclass(frozen=True)
class Roles:
    """By row of cells and by role, the probability and its 90 % interval; `enough` tells which rows have the data."""

    score: Floats
    low: Floats
    high: Floats


def decide(cells: Cells, categories: int) -> Roles:
    """Every role of everybody. There is one initiator, decision maker, buyer and user; several may influence."""
    buyer = buyers(cells, categories)
    score = np.stack(
        [
            _one(cells, cells.playing[:, BEGINS], buyer),
            cells.playing[:, SWAYS],
            _one(cells, cells.playing[:, DECIDES], buyer, grown=~children(cells)),
            buyer,
            users(cells, buyer, categories),
        ],
        axis=1,
    )
    low, high = wilson(score, cells.purchases[cells.cell][:, None])
    never = children(cells)
    decides = ROLES.index("decision_maker")
    low[never, decides] = high[never, decides] = 0
    return Roles(score, low, high)


def buyers(cells: Cells, categories: int) -> Floats:
    """By row, the share of the purchases that the actor makes, shrunk to what his age band buys of the category.

    How far to shrink is fitted: kappa of the Dirichlet-multinomial, from how often two purchases of one household have
    the same buyer.
    """
    group = cells.band * categories + cells.category[cells.cell]
    bought = np.bincount(group, cells.bought, minlength=len(BANDS) * categories)
    rows = np.bincount(group, minlength=len(bought))
    weight = (bought + 0.5) / (rows + 1)
    base = weight[group] / cells.total(weight[group])
    orders = cells.purchases[cells.cell]
    pairs = (cells.bought * (cells.bought - 1)).sum() + 1
    chance = cells.total(base**2) * orders * (orders - 1)
    possible = (orders * (orders - 1) / cells.size[cells.cell]).sum() + 1
    expected = (chance / cells.size[cells.cell]).sum()
    alike, random = min(pairs / possible, 1.0), min(expected / possible, 0.99)
    kappa = (1 - alike) / max(alike - random, 1e-3)
    return np.asarray((cells.bought + kappa * base) / (orders + kappa))


def _one(cells: Cells, playing: Floats, buyer: Floats, grown: Bools | float = 1.0) -> Floats:
    """Who of a cell has a part that one has: another member with his odds, or else the buyer."""
    odds = playing / (1 - playing).clip(1e-9) * (1 - buyer)
    weight = (odds + buyer) * grown
    return np.asarray(weight / cells.total(weight).clip(1e-300))


def wilson(score: Floats, count: Floats) -> tuple[Floats, Floats]:
    """The 90 % interval of a share that rests on `count` purchases (Wilson, J. Am. Stat. Assoc. 22, 1927)."""
    spread = Z**2 / count
    middle = (score + spread / 2) / (1 + spread)
    half = Z * np.sqrt((score * (1 - score)).clip(0) / count + spread**2 / (4 * Z**2)) / (1 + spread)
    return np.minimum((middle - half).clip(0), score), np.maximum((middle + half).clip(max=1), score)


def enough(cells: Cells) -> Ints:
    """The rows of those who live there now, where there is enough data."""
    return np.flatnonzero(cells.present & (cells.purchases[cells.cell] >= ENOUGH))
