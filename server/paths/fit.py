"""Fit to the data itself, without any truth, how touches lead to purchases: expectation and maximisation.

The structure is that of stochastic declustering (Veen & Schoenberg, J. Am. Stat. Assoc. 103, 2008), backwards in
time: purchases are the parents, touches before them the offspring, and every actor has a background of his own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from server.journeys import BANDS, SAME, Floats, Ints, Trade, sums
from server.paths.evidence import KINDS, LAGS, Evidence
from server.paths.judge import Judged, begin, weigh
from server.paths.model import BEGINS, COMBINATIONS, DECIDES, PARTS, SWAYS, Model, first

ROUNDS = 25
FEW = 10.0  # purchases that what a fit begins with counts for
PEOPLE = 20.0  # members that a wider group counts for in a narrower one


def fit(trade: Trade, evidence: Evidence, categories: list[str]) -> Model:
    """The model of this data. With few purchases it stays near where it began."""
    days = trade.touches.day if len(trade.touches.day) else np.zeros(1, dtype=np.int64)
    start = first(categories, int(days.min()), int(days.max() - days.min()) + 1)
    model = start = _counted(trade, evidence, start)
    state = begin(trade, evidence, model)
    for _ in range(ROUNDS):
        model = _background(trade, evidence, model, state.caused)
        judged = weigh(trade, evidence, model, state)
        model, state = _learnt(trade, evidence, model, start, judged), judged.state
    return _named(model)


def _counted(trade: Trade, evidence: Evidence, model: Model) -> Model:
    """What does not change while fitting: how many touches of chance name a product, and of how many products."""
    touches, count = trade.touches, trade.categories
    free = np.ones(len(touches.at), dtype=bool)
    free[evidence.rows.touch[evidence.rows.match == SAME]] = False
    named = touches.product >= 0
    none = (np.bincount(touches.category[free & ~named], minlength=count) + 1.0) / (
        np.bincount(touches.category[free], minlength=count) + 2.0
    )
    pairs = np.concatenate(
        [
            np.stack([touches.category[named], touches.product[named]]),
            np.stack([trade.purchases.category[trade.purchases.line], trade.purchases.product]),
        ],
        axis=1,
    )
    products = np.bincount(np.unique(pairs, axis=1)[0], minlength=count).clip(1)
    listed = np.bincount(touches.category[named], minlength=count)
    return replace(model, none=none, listed=listed.astype(float), products=products.astype(float))


def _background(trade: Trade, evidence: Evidence, model: Model, caused: Floats) -> Model:
    """How often people touch by chance: a gamma of Poisson counts by band and category, by day, and by action."""
    touches, count = trade.touches, trade.categories
    left = 1 - caused
    own = np.bincount(evidence.cell, left, minlength=trade.accounts.actors * count)
    group = (trade.accounts.band_of_actors()[:, None] * count + np.arange(count)).ravel()
    size, shape = np.bincount(group, minlength=len(BANDS) * count), (len(BANDS), count)
    mean = (np.bincount(group, own, minlength=len(size)) + 5 * max(own.mean(), 0.01)) / (size + 5)
    spread = np.bincount(group, (own - mean[group]) ** 2, minlength=len(size)) / size.clip(1)
    gamma = np.where(spread > 1.02 * mean, mean**2 / (spread - mean).clip(1e-9), 20).clip(0.1, 20)
    day = touches.day - model.day
    every = np.bincount(day, left, minlength=model.days) + 1.0
    daily = np.bincount(touches.category * model.days + day, left, minlength=count * model.days)
    daily = daily.reshape(count, -1) + 5 * every / every.mean()
    actions = np.bincount(touches.action, left, minlength=KINDS) + 1.0
    return replace(
        model,
        mean=mean.reshape(shape),
        shape=gamma.reshape(shape),
        daily=daily / daily.mean(axis=1, keepdims=True),
        actions=actions / actions.sum(),
    )


def _learnt(trade: Trade, evidence: Evidence, model: Model, start: Model, judged: Judged) -> Model:
    """The rates, matches and parts under which what was judged is likeliest, with some weight on the start."""
    own = evidence.parts.own
    playing = (judged.state.combinations @ COMBINATIONS) * evidence.parts.purchases[:, None]
    match = np.bincount(evidence.rows.match, judged.probability, minlength=3) + FEW / 2 * start.match
    return replace(
        model,
        own=_rates(evidence, judged.own, start.own, float(evidence.parts.purchases[own].sum())),
        parts=np.stack(
            [
                _rates(evidence, judged.parts[:, part], start.parts[part], float(playing[:, part].sum()))
                for part in PARTS
            ]
        ),
        match=match / match.sum(),
        combinations=_common(trade, evidence, judged.state.combinations),
    )


def _rates(evidence: Evidence, weight: Floats, start: Floats, purchases: float) -> Floats:
    """Touches a purchase by lag and action: as counted, and a few as if lag and action were independent."""
    counts = sums(evidence.lag * KINDS + evidence.action, weight, LAGS * KINDS).reshape(LAGS, KINDS)
    counts = np.asarray(counts + FEW * start)
    apart = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / counts.sum()
    mixed = counts + FEW * apart / apart.sum()
    return np.asarray(mixed / mixed.sum() * counts.sum() / (purchases + FEW))


def _common(trade: Trade, evidence: Evidence, combinations: Floats) -> Floats:
    """How common each combination of parts is by band and category, each shrunk to its band and that to all."""
    others = ~evidence.parts.own
    band = trade.accounts.band_of_actors()[evidence.parts.actor[others]]
    place = band * trade.categories + evidence.parts.category[others]
    cells = _sums(place, combinations[others], len(BANDS) * trade.categories)
    cells = cells.reshape(len(BANDS), trade.categories, -1)
    begun = first([""], 0, 1).combinations[0, 0]
    everybody = (cells.sum(axis=(0, 1)) + PEOPLE * begun) / (cells.sum() + PEOPLE)
    bands = cells.sum(axis=1)
    bands = (bands + PEOPLE * everybody) / (bands.sum(axis=1, keepdims=True) + PEOPLE)
    return np.asarray((cells + PEOPLE * bands[:, None]) / (cells.sum(axis=2, keepdims=True) + PEOPLE))


def _sums(place: Ints, rows: Floats, size: int) -> Floats:
    return np.stack([sums(place, column, size) for column in rows.T], axis=1)


def _named(model: Model) -> Model:
    """Call the parts by what they are: the closest to the purchase decides, of the others the steadier one begins."""
    lag = (model.parts.sum(axis=2) * np.arange(LAGS)).sum(axis=1) / model.parts.sum(axis=(1, 2))
    closest = int(lag.argmin())
    rest = sorted(set(PARTS) - {closest}, key=lambda part: -model.parts[part].sum())
    order = {DECIDES: closest, BEGINS: rest[0], SWAYS: rest[1]}
    places = [sum(1 << order[part] for part in PARTS if members[part]) for members in COMBINATIONS]
    return replace(
        model,
        parts=model.parts[[order[part] for part in PARTS]],
        combinations=model.combinations[:, :, places],
    )
