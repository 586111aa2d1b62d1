"""From what members do to the probability that each has a role, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.journeys import Bools, Floats, Ints
from server.paths.model import BEGINS, DECIDES, SWAYS
from server.roles.cells import Cells, children
from server.roles.habits import Habits, buyers, users

ROLES = ("initiator", "influencer", "decision_maker", "buyer", "user")
ENOUGH = 2  # purchases; one alone shows no habit
Z = 1.6449  # of a 90 % interval


@dataclass(frozen=True)
class Roles:
    """By row of cells and by role, the probability and its 90 % interval; `enough` tells which rows have the data."""

    score: Floats
    low: Floats
    high: Floats


def decide(cells: Cells, habits: Habits) -> Roles:
    """Every role of everybody. There is one initiator, decision maker, buyer and user; several may influence."""
    buyer = buyers(cells, habits)
    score = np.stack(
        [
            _one(cells, cells.playing[:, BEGINS], buyer),
            cells.playing[:, SWAYS],
            _one(cells, cells.playing[:, DECIDES], buyer, grown=~children(cells)),
            buyer,
            users(cells, habits, buyer),
        ],
        axis=1,
    )
    low, high = wilson(score, cells.purchases[cells.cell][:, None])
    never = children(cells)
    decides = ROLES.index("decision_maker")
    low[never, decides] = high[never, decides] = 0
    return Roles(score, low, high)


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
