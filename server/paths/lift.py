"""How much likelier a purchase is in the week after another member's touch than by chance.

Chance is what the same household would have bought in that week if its purchases of the category fell on the days on
which everybody buys: that takes out households that buy much, members who look much, and days of sales.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.journeys import DAY, Floats, Ints, Trade, joined, sums
from server.paths.evidence import Evidence

WEEK = 7 * DAY
Z = 1.96  # of a 95 % interval


@dataclass(frozen=True)
class Exposures:
    """One row per touch and part of another member: purchases in the week after, and how many by chance."""

    touch: Ints
    part: Ints
    observed: Floats
    expected: Floats


@dataclass(frozen=True)
class Lift:
    """The ratio of observed to expected with its 95 % interval."""

    lift: float
    low: float
    high: float


def exposures(trade: Trade, evidence: Evidence) -> Exposures:
    """Every touch by a member in a category that others of the household bought while he lived there."""
    parts, touches, spells = evidence.parts, trade.touches, trade.spells
    others = np.flatnonzero(~parts.own & (parts.household >= 0))
    cell = parts.actor[others] * trade.categories + parts.category[others]
    row, touch = joined(cell, evidence.cell)
    part = others[row]
    near, spell = joined(touches.account[touch], spells.account)
    at = touches.at[touch[near]]
    there = (spells.household[spell] == parts.household[part[near]]) & (spells.since[spell] <= at)
    near, spell = (x[there & (at < spells.until[spell])] for x in (near, spell))
    kept, once = np.unique(near, return_index=True)
    touch, part, spell = touch[kept], part[kept], spell[once]
    clock = Clock.of(trade)
    category, at = touches.category[touch], touches.at[touch]
    whole = clock.share(category, spells.since[spell], spells.until[spell])
    window = clock.share(category, at, np.minimum(at + WEEK, spells.until[spell]))
    expected = parts.purchases[part] * window / whole.clip(1e-9)
    soon = np.flatnonzero((evidence.rows.lag <= WEEK) & ~evidence.rows.own)
    size = max(len(parts.actor), 1)
    keys, counts = np.unique(evidence.rows.touch[soon] * size + evidence.part[soon], return_counts=True)
    place = np.searchsorted(keys, touch * size + part).clip(max=max(len(keys) - 1, 0))
    hit = keys[place] == touch * size + part if len(keys) else np.zeros(len(touch), dtype=bool)
    return Exposures(touch, part, np.where(hit, counts[place] if len(keys) else 0, 0).astype(float), expected)


@dataclass(frozen=True)
class Clock:
    """When everybody buys: by category, the share of purchases before each day."""

    start: int
    before: Floats

    @classmethod
    def of(cls, trade: Trade) -> Clock:
        """From all purchases; a category's days are shrunk to those of all."""
        bought, touched = trade.purchases, trade.touches.at
        times = np.concatenate([bought.at, touched]) if len(touched) else bought.at
        start, days = int(times.min()), int((times.max() - times.min()) // DAY) + 2
        day = (bought.at - start) // DAY
        counts = sums(bought.category * days + day, None, trade.categories * days).reshape(trade.categories, days)
        everybody = sums(day, None, days) + 0.1
        counts = counts + 50 * everybody / everybody.sum()
        before = np.cumsum(counts, axis=1) / counts.sum(axis=1, keepdims=True)
        return cls(start, np.concatenate([np.zeros((trade.categories, 1)), before], axis=1))

    def share(self, category: Ints, since: Ints, until: Ints) -> Floats:
        """The share of a category's purchases in a time; within a day they fall evenly."""
        return self._before(category, until) - self._before(category, since)

    def _before(self, category: Ints, at: Ints) -> Floats:
        days = self.before.shape[1] - 1
        place = ((at - self.start) / DAY).clip(0, days)
        day = np.minimum(place.astype(np.int64), days - 1)
        low, high = self.before[category, day], self.before[category, day + 1]
        return np.asarray(low + (place - day) * (high - low))


def lift(observed: float, expected: float, squares: tuple[float, float, float]) -> Lift | None:
    """The ratio of two sums over households, with a cluster-robust interval on the scale of logarithms.

    `squares` are the sums over households of observed², observed · expected and expected². Below three expected or
    without an observed one, nothing is said.
    """
    if expected < 3 or observed <= 0:
        return None
    ratio = observed / expected
    oo, oe, ee = squares
    variance = max(oo - 2 * ratio * oe + ratio**2 * ee, observed)
    spread = Z * variance**0.5 / observed
    return Lift(ratio, ratio * float(np.exp(-spread)), ratio * float(np.exp(spread)))
