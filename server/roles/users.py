"""Who uses what a household buys: whom orders name, and whom the category is for.

Each household and category has one main user: with a probability the buyer, otherwise a member drawn with a weight of
his age band in the category (Luce's choice). Where the user is not the buyer, an order names him with a probability.
All of it is fitted by expectation and maximisation; the weights by Hunter's MM steps (Ann. Stat. 32, 2004).
"""

from __future__ import annotations

import numpy as np

from server.journeys import BANDS, Floats, Ints
from server.roles.cells import Cells

ROUNDS = 40
SLIP = 1e-3  # an order is for somebody other than the user this often
FEW = 2.0  # users that the mean of all bands counts for


def users(cells: Cells, buyer: Floats, categories: int) -> Floats:
    """By row, the probability that this actor is the user; `buyer` is that he is the buyer."""
    group = cells.band * categories + cells.category[cells.cell]
    weights = np.ones(len(BANDS) * categories)
    naming, same = 0.1, 0.5
    named = cells.total(cells.named)
    orders = cells.purchases[cells.cell]
    found = buyer
    for _ in range(ROUNDS):
        as_other = weights[group] / cells.total(weights[group]).clip(1e-12)
        said = naming**cells.named * (1 - naming) ** np.maximum(orders - named, 0) * SLIP ** (named - cells.named)
        mine = buyer * (same + (1 - same) * as_other) * SLIP**named
        theirs = (1 - buyer) * (1 - same) * as_other * said
        found = (mine + theirs) / cells.total(mine + theirs).clip(1e-300)
        other = theirs / cells.total(mine + theirs).clip(1e-300)
        drawn = other + mine / cells.total(mine + theirs).clip(1e-300) * (
            (1 - same) * as_other / (same + (1 - same) * as_other)
        )
        naming = (float((other * cells.named).sum()) + 1) / (float((other * orders).sum()) + 10)
        same = 1 - (float(drawn.sum()) + 1) / (len(cells.household) + 2)
        weights = _weights(cells, group, drawn, weights, categories)
    return found


def _weights(cells: Cells, group: Ints, drawn: Floats, weights: Floats, categories: int) -> Floats:
    """One MM step; each weight is shrunk to its band's."""
    chosen = cells.total(drawn)
    met = np.bincount(group, chosen / cells.total(weights[group]).clip(1e-12), minlength=len(weights))
    won = np.bincount(group, drawn, minlength=len(weights))
    shape = (len(BANDS), categories)
    band = (won.reshape(shape).sum(axis=1) + 1) / (met.reshape(shape).sum(axis=1) + 1)
    raised = (won + FEW * np.repeat(band, categories).clip(1e-6)) / (met + FEW)
    return np.asarray(raised / raised.mean())
