"""The touches that are judged to have led to purchases, in the order of their steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.journeys import WINDOW, Bools, Floats, Ints, Trade
from server.paths.evidence import Evidence
from server.paths.judge import Judged

LIKELY = 0.5  # a touch that rather did than did not


@dataclass(frozen=True)
class Steps:
    """One row per step, in order of the purchase and time; `step` counts from 1, `household` is -1 - actor for none.

    `others` are steps by another human being than the buyer: a path with one is a cross-account path.
    """

    purchase: Ints
    step: Ints
    touch: Ints
    household: Ints
    lag: Ints
    others: Bools
    probability: Floats


def steps(
    trade: Trade, evidence: Evidence, judged: Judged, likely: float = LIKELY, window: Ints | None = None
) -> Steps:
    """The steps of every purchase; a purchase that nothing led to has none.

    `window` has for each category the seconds before a purchase in which a touch may be a step.
    """
    rows = evidence.rows
    within = rows.lag <= (window[evidence.category] if window is not None else WINDOW)
    kept = np.flatnonzero((judged.probability >= likely) & within)
    kept = kept[np.lexsort((rows.touch[kept], trade.touches.at[rows.touch[kept]], rows.purchase[kept]))]
    purchase = rows.purchase[kept]
    step = np.arange(len(kept)) - np.searchsorted(purchase, purchase) + 1
    return Steps(
        purchase,
        step,
        rows.touch[kept],
        rows.household[kept],
        rows.lag[kept],
        ~rows.own[kept],
        judged.probability[kept],
    )
