"""Fit to the data itself, without any truth, how touches lead to purchases: expectation and maximisation.

The structure is that of stochastic declustering (Veen & Schoenberg, J. Am. Stat. Assoc. 103, 2008), backwards in
time: purchases are the parents, touches before them the offspring, and every actor has a background of his own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from server.journeys import BANDS, DAY, SAME, Floats, Ints, Trade, sums
from server.paths.evidence import KINDS, LAGS, Evidence
from server.paths.judge import Judged, State, begin, combine, tries, weigh
from server.paths.model import BEGINS, COMBINATIONS, DECIDES, IDLE, KEEN, PARTS, SWAYS, TRIES, Model, first
from server.paths.zeal import zeal

ROUNDS = 25
SWAYING = (1e-9, 1e-9, 0.5)  # of those who sway to begin with, in the first rounds: plans are learnt before moves
FEW = 10.0  # purchases that what a fit begins with counts for
PEOPLE = 20.0  # members that a wider group counts for in a narrower one


def fit(trade: Trade, evidence: Evidence, categories: list[str]) -> Model:
    """The model of this data. With few purchases it stays near where it began."""
    days = trade.touches.day if len(trade.touches.day) else np.zeros(1, dtype=np.int64)
    start = first(categories, int(days.min()), int(days.max() - days.min()) + 1)
    model = start = _counted(trade, start)
    state = begin(trade, evidence, model)
    for number in range(ROUNDS):
        if number < len(SWAYING):
            model = _swaying(model, start, SWAYING[number])
            state = replace(begin(trade, evidence, model), caused=state.caused)
        model = _background(trade, evidence, model, state)
        judged = weigh(trade, evidence, model, state)
        model, state = _mixed(trade, evidence, _learnt(trade, evidence, model, start, judged), judged)
    return _named(model)


def _counted(trade: Trade, model: Model) -> Model:
    """What does not change while fitting: how many touches name a product, and of how many products."""
    touches, count = trade.touches, trade.categories
    named = touches.product >= 0
    pairs = np.concatenate(
        [
            np.stack([touches.category[named], touches.product[named]]),
            np.stack([trade.purchases.category[trade.purchases.line], trade.purchases.product]),
        ],
        axis=1,
    )
    products = np.bincount(np.unique(pairs, axis=1)[0], minlength=count).clip(1)
    listed = np.bincount(touches.category[named], minlength=count)
    day = (trade.purchases.at // DAY - model.day).clip(0, model.days - 1)
    busy = _daily(trade.purchases.category, day, None, model.busy.shape)
    return replace(model, busy=busy, listed=listed.astype(float), products=products.astype(float))


def _swaying(model: Model, start: Model, share: float) -> Model:
    """The same where this share of those who sway at the start do: from scratch, moves may stand for plans for good."""
    combinations = np.where(COMBINATIONS[:, SWAYS] > 0, share * start.combinations, model.combinations)
    return replace(model, combinations=combinations / combinations.sum(axis=2, keepdims=True))


def _background(trade: Trade, evidence: Evidence, model: Model, state: State) -> Model:
    """How often people touch by chance: a gamma of Poisson counts by zeal, band and category, by day, and by action."""
    touches, left = trade.touches, 1 - state.caused
    known = zeal(trade, evidence, model, state.caused, state.combinations)
    keen = (1 - known.swaying) * known.posterior()[0] + known.swaying * known.posterior()[1]
    gammas = [_gamma(trade, _places(trade), known.left, share) for share in (1 - keen, keen)]
    actions = [sums(touches.action, left * share[evidence.cell], KINDS) + 1.0 for share in (1 - keen, keen)]
    return replace(
        model,
        mean=np.stack([mean for mean, _ in gammas]),
        shape=np.stack([shape for _, shape in gammas]),
        daily=_daily(touches.category, touches.day - model.day, left, model.daily.shape),
        actions=np.stack([of / of.sum() for of in actions]),
        none=_none(trade, evidence, left),
    )


def _none(trade: Trade, evidence: Evidence, left: Floats) -> Floats:
    """By category, how many of the touches of chance name no product; one of what was bought then is not of chance."""
    touches, free = trade.touches, left.copy()
    free[evidence.rows.touch[evidence.rows.match == SAME]] = 0
    nameless = sums(touches.category, free * (touches.product < 0), trade.categories)
    return np.asarray((nameless + 1) / (sums(touches.category, free, trade.categories) + 2))


def _mixed(trade: Trade, evidence: Evidence, model: Model, judged: Judged) -> tuple[Model, State]:
    """How common parts and zeal are among those whose touches were judged."""
    known = zeal(trade, evidence, model, judged.state.caused, judged.state.combinations)
    combinations = combine(trade, evidence, model, known, judged.gain)
    known = known.after(trade, evidence, model, combinations)
    place = _places(trade)
    weights = [*((1 - known.swaying) * (known.group == group) for group in range(TRIES)), known.swaying]
    keen = [_shares(trade, place, of, of * known.posterior()[int(n == TRIES)]) for n, of in enumerate(weights)]
    model = replace(model, keen=np.stack(keen), combinations=_common(trade, evidence, combinations))
    return model, State(judged.state.caused, combinations)


def _places(trade: Trade) -> Ints:
    """By cell, the place of its band and category."""
    return np.asarray(
        (trade.accounts.band_of_actors()[:, None] * trade.categories + np.arange(trade.categories)).ravel()
    )


def _daily(category: Ints, day: Ints, weight: Floats | None, shape: tuple[int, ...]) -> Floats:
    """By category and day, by how much more there is than on a usual day; each is shrunk to all categories."""
    every = sums(day, weight, shape[1]) + 1.0
    daily = sums(category * shape[1] + day, weight, shape[0] * shape[1]).reshape(shape) + 5 * every / every.mean()
    return np.asarray(daily / daily.mean(axis=1, keepdims=True))


def _gamma(trade: Trade, place: Ints, left: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Mean and shape of a gamma of Poisson counts by band and category, from cells with a weight each."""
    shape = (len(BANDS), trade.categories)
    size = sums(place, weight, len(BANDS) * trade.categories)
    usual = max(float((weight * left).sum() / max(weight.sum(), 1e-9)), 0.01)
    mean = (sums(place, weight * left, len(size)) + 5 * usual) / (size + 5)
    spread = sums(place, weight * (left - mean[place]) ** 2, len(size)) / size.clip(1)
    gamma = np.where(spread > 1.02 * mean, mean**2 / (spread - mean).clip(1e-9), 20).clip(0.1, 20)
    return mean.reshape(shape), gamma.reshape(shape)


def _shares(trade: Trade, place: Ints, weight: Floats, hits: Floats) -> Floats:
    """Shares by band and category, each shrunk to its band's and that to everybody's."""
    shape = (len(BANDS), trade.categories)
    of, hit = (sums(place, x, shape[0] * shape[1]).reshape(shape) for x in (weight, hits))
    everybody = (hit.sum() + 1) / (of.sum() + 2)
    band = (hit.sum(axis=1) + PEOPLE * everybody) / (of.sum(axis=1) + PEOPLE)
    return np.asarray(((hit + PEOPLE * band[:, None]) / (of + PEOPLE)).clip(1e-4, 1 - 1e-4))


def _learnt(trade: Trade, evidence: Evidence, model: Model, start: Model, judged: Judged) -> Model:
    """The rates, matches and parts under which what was judged is likeliest, with some weight on the start."""
    own = evidence.parts.own
    playing = (judged.state.combinations @ COMBINATIONS) * evidence.parts.purchases[:, None]
    left = sums(evidence.cell, 1 - judged.state.caused, trade.accounts.actors * trade.categories)
    more = tries(model, left)[evidence.parts.actor * trade.categories + evidence.parts.category]
    playing[:, SWAYS] *= more / (1 + more) / model.parts[SWAYS].sum()
    match = np.bincount(evidence.rows.match, judged.probability, minlength=3) + FEW / 2 * start.match
    parts = [
        _rates(evidence, judged.parts[:, part], start.parts[part], float(playing[:, part].sum())) for part in PARTS
    ]
    parts[SWAYS] = parts[SWAYS].sum(axis=1, keepdims=True) * model.actions[KEEN]
    return replace(
        model,
        own=_rates(evidence, judged.own, start.own, float(evidence.parts.purchases[own].sum())),
        parts=np.stack(parts),
        more=_more(evidence, start, judged),
        match=match / match.sum(),
    )


def _more(evidence: Evidence, start: Model, judged: Judged) -> Floats:
    """By plan, how many touches follow the first that somebody makes for a purchase."""
    share = (judged.state.combinations @ COMBINATIONS)[evidence.pair_part, :SWAYS].T
    purchases = (judged.taken * share).sum(axis=1) + FEW
    touches = judged.parts[:, :SWAYS].sum(axis=0) + FEW * (1 + start.more)
    return np.asarray((touches / purchases - 1).clip(0))


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
    """Call what was found by what it is: the part closer to the purchase decides, who touches more is keen."""
    lag = (model.parts.sum(axis=2) * np.arange(LAGS)).sum(axis=1) / model.parts.sum(axis=(1, 2))
    order = [BEGINS, DECIDES, SWAYS] if lag[DECIDES] > lag[BEGINS] else list(PARTS)
    places = [sum(1 << order[part] for part in PARTS if members[part]) for members in COMBINATIONS]
    model = replace(
        model,
        parts=model.parts[order],
        more=model.more[order[:SWAYS]],
        combinations=model.combinations[:, :, places],
    )
    if model.mean[KEEN].sum() > model.mean[IDLE].sum():
        return model
    return replace(
        model, mean=model.mean[::-1], shape=model.shape[::-1], actions=model.actions[::-1], keen=1 - model.keen
    )
