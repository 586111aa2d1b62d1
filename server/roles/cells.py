"""What each member of a household has done in each category, in columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.journeys import CHILD, EVER, Bools, Floats, Ints, Trade, sums
from server.paths.evidence import Evidence
from server.paths.judge import Judged
from server.paths.model import COMBINATIONS, PARTS, Model


@dataclass(frozen=True)
class Cells:
    """One row per household, category and actor; rows of one `cell` (household and category) stand together.

    By row: how many of the cell's purchases the actor made and how many are named for him, the probability of each
    part in the purchases of others, and how many touches and hours before the purchase each part has. `present` are
    those who live there now. By cell: its purchases, and how many of those the household's members got.
    """

    cell: Ints
    actor: Ints
    band: Ints
    present: Bools
    bought: Floats
    named: Floats
    playing: Floats
    led: Floats
    hours: Floats
    household: Ints
    category: Ints
    purchases: Floats
    spent: Floats

    @property
    def size(self) -> Ints:
        """By cell, how many rows it has."""
        return np.bincount(self.cell, minlength=len(self.household))

    def total(self, rows: Floats) -> Floats:
        """By row, the sum over the rows of its cell."""
        return sums(self.cell, rows, len(self.household))[self.cell]


def cells(trade: Trade, evidence: Evidence, judged: Judged, model: Model) -> Cells:
    """Every household and category that was bought, with all who were there then or live there now."""
    parts, actors = evidence.parts, trade.accounts.actors
    homes = parts.household >= 0
    place = parts.household * trade.categories + parts.category
    bought = np.unique(place[homes])
    now_key = _present(trade, bought)
    keys = np.unique(np.concatenate([(place * actors + parts.actor)[homes], now_key]))
    row = np.searchsorted(keys, place * actors + parts.actor)
    cell = np.searchsorted(bought, keys // actors)
    band = trade.accounts.band_of_actors()[keys % actors]
    playing = model.combinations[band, bought[cell] % trade.categories] @ COMBINATIONS
    others = homes & ~parts.own
    playing[row[others]] = (judged.state.combinations @ COMBINATIONS)[others]
    own = homes & parts.own
    orders = sums(row[own], parts.purchases[own], len(keys))
    # Whoever made every purchase had no part in another's.
    total = sums(cell, orders, len(bought))
    playing[orders >= total[cell]] = 0
    led, hours = _led(evidence, judged, row, homes, len(keys))
    named, spent = _orders(trade, bought, keys, evidence)
    return Cells(
        cell, keys % actors, band, np.isin(keys, now_key), orders, named, playing, led, hours,
        bought // trade.categories, bought % trade.categories, total, spent,
    )  # fmt: skip


def _present(trade: Trade, bought: Ints) -> Ints:
    """The keys of those who live there now, for every category that their household bought."""
    spells = trade.spells
    now = np.flatnonzero(spells.until == EVER)
    low = np.searchsorted(bought, spells.household[now] * trade.categories)
    count = np.searchsorted(bought, (spells.household[now] + 1) * trade.categories) - low
    who = np.repeat(trade.accounts.actor[spells.account[now]], count)
    cell = np.repeat(low - np.cumsum(count) + count, count) + np.arange(int(count.sum()))
    return np.unique(bought[cell] * trade.accounts.actors + who)


def _led(evidence: Evidence, judged: Judged, row: Ints, homes: Bools, size: int) -> tuple[Floats, Floats]:
    """By row and part, the expected number of touches that led to purchases, and their mean hours before those."""
    of = homes[evidence.part] & ~evidence.parts.own[evidence.part]
    place, hours = row[evidence.part[of]], evidence.rows.lag[of] / 3600
    led = np.stack([sums(place, judged.parts[of, part], size) for part in PARTS], axis=1)
    spent = [sums(place, judged.parts[of, part] * hours, size) for part in PARTS]
    return led, np.asarray(np.stack(spent, axis=1) / led.clip(1e-9))


def _orders(trade: Trade, bought: Ints, keys: Ints, evidence: Evidence) -> tuple[Floats, Floats]:
    """By row how many purchases named the actor as recipient, and by cell what was spent."""
    rows, actors = trade.purchases, trade.accounts.actors
    purchase, household = evidence.homes, evidence.home_of
    cell = household * trade.categories + rows.category[purchase]
    spent = sums(np.searchsorted(bought, cell), rows.amount[purchase], len(bought))
    known = rows.recipient[purchase] >= 0
    who = trade.accounts.actor[rows.recipient[purchase[known]]]
    other = who != trade.accounts.actor[rows.account[purchase[known]]]
    key = (cell[known] * actors + who)[other]
    place = np.searchsorted(keys, key).clip(max=max(len(keys) - 1, 0))
    hit = keys[place] == key if len(keys) else np.zeros(len(key), dtype=bool)
    return sums(place[hit], None, len(keys)), spent


def children(cells: Cells) -> Bools:
    """Rows of children."""
    return np.asarray(cells.band == CHILD)
