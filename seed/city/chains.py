"""The touches of a household before each purchase, and which of them led to it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from seed.city import categories
from seed.city.clock import DAYS, stamps
from seed.city.draws import Ints, repeated
from seed.city.names import Names, words
from seed.city.orders import ACTIONS, DAY
from seed.city.purchases import Trade
from seed.city.write import Columns

LOOKBACK = 14 * DAY
SPAN = np.int64((DAYS + 30) * DAY)


def chains(names: Names, trade: Trade, purchase_ids: pa.Array) -> Columns:
    """`truth_chains`: per purchase the household's touches of fourteen days in its category, in order."""
    touches = trade.touches
    order, ends = _sorted(trade)
    count = ends[1] - ends[0]
    purchase = repeated(count)
    touch = order[np.repeat(ends[0], count) + np.arange(len(purchase)) - np.repeat(np.cumsum(count) - count, count)]
    browsing = touches.action[touch] != ACTIONS.index("login")
    purchase, touch = purchase[browsing], touch[browsing]
    step = np.arange(len(purchase)) - np.searchsorted(purchase, purchase) + 1
    return {
        "purchase_id": pa.DictionaryArray.from_arrays(purchase.astype(np.int32), purchase_ids),
        "step": pa.array(step),
        "account_id": names.account(trade.account[touch]),
        "action": words(ACTIONS, touches.action[touch]),
        "at": stamps(touches.minute[touch]),
        "causal": words(("no", "yes"), touches.order[touch] == purchase),
    }


def _sorted(trade: Trade) -> tuple[Ints, tuple[Ints, Ints]]:
    """Touches by household, category and time, and for each purchase where its touches begin and end."""
    bought, touches = trade.purchases, trade.touches
    key = (trade.household * categories.COUNT + touches.category) * SPAN + touches.minute
    order = np.argsort(key, kind="stable")
    group = (bought.household * categories.COUNT + bought.category) * SPAN
    begin = np.searchsorted(key[order], group + np.maximum(bought.minute - LOOKBACK, 0))
    return order, (begin, np.searchsorted(key[order], group + bought.minute))
