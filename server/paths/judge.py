"""How probable it is that each touch led to each purchase, and that each member has a part, under a model.

A household's purchases are given; touches before them come by chance at the actor's own rate, or for a purchase to
come, or they moved the buyer (docs/paths.md). What is computed for a household depends on the model and on its own
rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.journeys import DAY, NONE, SAME, Floats, Ints, Trade, sums
from server.paths.counts import Counts, count
from server.paths.evidence import WIDTHS, Evidence
from server.paths.model import COMBINATIONS, PARTS, SWAYS, TRIES, Model, at
from server.paths.zeal import Zeal, chance, zeal

FORTNIGHT = 14  # days, for which the touches are counted that may move purchases
PLANS = COMBINATIONS[: 2**SWAYS, :SWAYS]
ROUNDS = 12  # after which one touch in ten thousand still moves by more than a thousandth


@dataclass(frozen=True)
class State:
    """What is believed: by touch that it led to anything, by part of another member the combinations of parts."""

    caused: Floats
    combinations: Floats


@dataclass(frozen=True)
class Judged:
    """Per row of evidence the probability as the buyer's own touch and by part; then what is believed.

    `gain` is by part and combination the log likelihood of the touches against no part; `taken` is that of Counts.
    """

    own: Floats
    parts: Floats
    gain: Floats
    taken: Floats
    state: State

    @property
    def probability(self) -> Floats:
        """Per row of evidence, that the touch led to the purchase."""
        return np.asarray(self.own + self.parts.sum(axis=1))


def judge(trade: Trade, evidence: Evidence, model: Model) -> Judged:
    """Judge every row of evidence."""
    judged = weigh(trade, evidence, model, begin(trade, evidence, model))
    for _ in range(ROUNDS):
        judged = weigh(trade, evidence, model, judged.state)
    return judged


def begin(trade: Trade, evidence: Evidence, model: Model) -> State:
    """Before anything is judged: no touch led to anything, and parts are as common as in the population."""
    return State(np.zeros(len(trade.touches.at)), _commonness(trade, evidence, model))


def _commonness(trade: Trade, evidence: Evidence, model: Model) -> Floats:
    bands = trade.accounts.band_of_actors()[evidence.parts.actor]
    return np.asarray(np.where(evidence.parts.own[:, None], 0.0, model.combinations[bands, evidence.parts.category]))


def _likeness(evidence: Evidence, model: Model) -> Floats:
    """Per row, how probable it is that a chance touch has to do with the purchase what this one has."""
    of = evidence.category
    share = (evidence.others + 0.5) / (model.listed[of] + 0.5 * model.products[of])
    match = evidence.rows.match
    return np.asarray(np.where(match == NONE, model.none[of], (1 - model.none[of]) * np.where(match == SAME, share, 1)))


def weigh(trade: Trade, evidence: Evidence, model: Model, state: State) -> Judged:
    """One round: from what is believed of touches and parts to what follows for both."""
    touch, touches, theirs = evidence.rows.touch, len(trade.touches.at), evidence.theirs
    known = zeal(trade, evidence, model, state.caused, state.combinations)
    alike = model.match[evidence.rows.match] / _likeness(evidence, model)
    odds = alike / chance(trade, evidence, model, state.caused, known)[touch]
    own = np.where(evidence.rows.own, at(evidence.lag, evidence.action, model.own) * odds, 0)
    plans = at(evidence.lag[theirs], evidence.action[theirs], model.parts[:SWAYS]) * odds[theirs]
    moves = _moves(trade, evidence, model) * alike[theirs]
    share = (state.combinations @ COMBINATIONS)[evidence.part[theirs]]
    planned = (plans * share[:, :SWAYS].T).sum(axis=0)
    owned = sums(touch, own, touches)
    # What each touch may be instead of one for this purchase and plan: chance is 1.
    others = (1 + owned + sums(touch[theirs], planned, touches))[touch[theirs]] - share[:, :SWAYS].T * plans
    counts = count(evidence, model, plans / others)
    plans = counts.odds * others
    planned = (plans * share[:, :SWAYS].T).sum(axis=0)
    alone = moves / (1 + owned + sums(touch[theirs], planned, touches))[touch[theirs]]
    expected = planned + share[:, SWAYS] * moves / (1 + _rest(evidence.pair, alone))
    all_of = 1 + owned + sums(touch[theirs], expected, touches)
    rest = all_of[evidence.group_touch] - sums(evidence.group, expected, len(evidence.group_part))
    rest = rest[evidence.group]
    gain, led = _parts(trade, evidence, model, known, plans / rest, moves / rest, counts)
    combinations = combine(trade, evidence, model, known, gain)
    found = np.zeros((len(touch), len(PARTS)))
    found[theirs] = np.einsum("cpr,rc->rp", led, combinations[evidence.part[theirs]])
    mine_led = own / all_of[touch]
    caused = sums(touch, mine_led + found[:, :SWAYS].sum(axis=1), touches).clip(0, 1)
    return Judged(mine_led, found, gain, counts.taken, State(caused, combinations))


def _moves(trade: Trade, evidence: Evidence, model: Model) -> Floats:
    """Per row of others, how much likelier a purchase is then, if the touch moves it, than by chance."""
    lag = evidence.lag[evidence.theirs]
    day = trade.purchases.at[evidence.rows.purchase[evidence.theirs]] // DAY - model.day
    busy = model.on(model.busy, evidence.category[evidence.theirs], day)
    return np.asarray(FORTNIGHT / WIDTHS[lag] * model.parts[SWAYS].sum(axis=1)[lag] / busy)


def _rest(place: Ints, rows: Floats) -> Floats:
    """By row, the sum of the other rows of its place."""
    return np.asarray((sums(place, rows, int(place.max(initial=-1)) + 1)[place] - rows).clip(0))


def _parts(
    trade: Trade, evidence: Evidence, model: Model, known: Zeal, plans: Floats, moves: Floats, counts: Counts
) -> tuple[Floats, Floats]:
    """By part and combination the log likelihood of touches against no part; by combination and row that it led.

    A purchase that may have been moved comes at one of the times at which its household buys anyway, or after one of
    the touches; so its time is what is likely or not. A touch that moves one purchase hardly moves another.
    """
    parts = evidence.parts
    size, groups, pairs = len(parts.actor), len(evidence.group_part), len(evidence.pair_part)
    ratio = np.stack([sums(evidence.group, one, groups) for one in plans])
    moves = moves / (1 + _rest(evidence.group, moves / (1 + _rest(evidence.pair, moves))))
    more = np.log1p(tries(model, known.left)[parts.actor * trade.categories + parts.category])
    gain = np.zeros((size, len(COMBINATIONS)))
    led = np.zeros((len(COMBINATIONS), len(PARTS), len(moves)))
    for place, members in enumerate(PLANS):
        both, factor = place + len(PLANS), 1 + members @ ratio
        moved = moves / factor[evidence.group]
        total = sums(evidence.pair, moved, pairs)
        free = sums(evidence.group, moves / (1 + total[evidence.pair] - moved), groups)
        gain[:, place] = sums(evidence.group_part, np.log(factor), size)
        gain[:, place] += members @ counts.gain
        gain[:, both] = gain[:, place] + sums(evidence.pair_part, np.log1p(total), size) - parts.purchases * more
        led[place, :SWAYS] = plans * members[:, None] / factor[evidence.group]
        led[both, :SWAYS] = plans * members[:, None] / (factor + free)[evidence.group]
        led[both, SWAYS] = moved / (1 + total[evidence.pair])
    return gain, led


def combine(trade: Trade, evidence: Evidence, model: Model, known: Zeal, gain: Floats) -> Floats:
    """Per part the probability of each combination: by its touches, its zeal, and how common it is."""
    parts = evidence.parts
    cell = parts.actor * trade.categories + parts.category
    keen = (known.given(TRIES) - known.given(known.group))[cell]
    with np.errstate(divide="ignore"):
        total = gain + COMBINATIONS[:, SWAYS] * keen[:, None] + np.log(_commonness(trade, evidence, model))
    total[parts.own] = 0
    found = np.exp(total - total.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(np.where(parts.own[:, None], 0.0, found / found.sum(axis=1, keepdims=True)))


def tries(model: Model, left: Floats) -> Floats:
    """By cell, how many purchases its touches would move for each that comes anyway, if they move any."""
    return np.asarray(left * FORTNIGHT / model.days * model.parts[SWAYS].sum())
