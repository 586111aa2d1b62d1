"""How probable it is that each touch led to each purchase, and that each member has a part, under a model.

A household's purchases are given; touches before them come by chance at the actor's own rate, or because of a
purchase (docs/paths.md). What is computed for a household depends on the model and on its own rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.journeys import NONE, SAME, Floats, Trade
from server.paths.evidence import Evidence
from server.paths.model import COMBINATIONS, PARTS, Model, at

ROUNDS = 12  # after which nothing moves by more than a thousandth


@dataclass(frozen=True)
class State:
    """What is believed: by touch that it led to anything, by part of another member the combinations of parts."""

    caused: Floats
    combinations: Floats


@dataclass(frozen=True)
class Judged:
    """Per row of evidence the probability as the buyer's own touch and by part; then what is believed."""

    own: Floats
    parts: Floats
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


def chance(trade: Trade, evidence: Evidence, model: Model, caused: Floats) -> Floats:
    """Per touch, the rate a day of touches like it that come by chance, whatever the product.

    An actor's rate is shrunk to that of his age band in the category: a gamma-Poisson model, in which the actor's other
    touches say how probable one more is.
    """
    count = np.bincount(evidence.cell, 1 - caused, minlength=trade.accounts.actors * trade.categories)
    bands = np.repeat(trade.accounts.band_of_actors(), trade.categories)
    categories = np.tile(np.arange(trade.categories), trade.accounts.actors)
    shape, mean = model.shape[bands, categories], model.mean[bands, categories]
    others = (count[evidence.cell] - (1 - caused)).clip(0)
    rate = (others + shape[evidence.cell]) / (1 + shape / mean)[evidence.cell] / model.days
    day = trade.touches.day - model.day
    known = (day >= 0) & (day < model.days)
    daily = np.where(known, model.daily[trade.touches.category, day.clip(0, model.days - 1)], 1.0)
    return np.asarray(rate * daily * model.actions[trade.touches.action])


def _likeness(evidence: Evidence, model: Model) -> Floats:
    """Per row, how probable it is that a chance touch has to do with the purchase what this one has."""
    of = evidence.category
    share = (evidence.others + 0.5) / (model.listed[of] + 0.5 * model.products[of])
    match = evidence.rows.match
    return np.asarray(np.where(match == NONE, model.none[of], (1 - model.none[of]) * np.where(match == SAME, share, 1)))


def weigh(trade: Trade, evidence: Evidence, model: Model, state: State) -> Judged:
    """One round: from what is believed of touches and parts to what follows for both."""
    parts = evidence.parts
    touches, groups = len(trade.touches.at), len(evidence.group_part)
    odds = model.match[evidence.rows.match] / (
        chance(trade, evidence, model, state.caused)[evidence.rows.touch] * _likeness(evidence, model)
    )
    mine = parts.own[evidence.part]
    own = np.where(mine, at(evidence.lag, evidence.action, model.own) * odds, 0)
    theirs = np.where(mine, 0, at(evidence.lag, evidence.action, model.parts) * odds)
    share = state.combinations @ COMBINATIONS
    expected = own + (theirs * share[evidence.part].T).sum(axis=0)
    all_of = 1 + np.bincount(evidence.rows.touch, expected, minlength=touches)
    rest = all_of[evidence.group_touch] - np.bincount(evidence.group, expected, minlength=groups)
    ratio = np.stack([np.bincount(evidence.group, one, minlength=groups) for one in theirs]) / rest
    combinations = _combinations(trade, evidence, model, ratio)
    found = np.zeros((len(mine), len(PARTS)))
    for place, members in enumerate(COMBINATIONS[1:], 1):
        total = (rest * (1 + members @ ratio))[evidence.group]
        found += ((combinations[evidence.part, place] / total) * theirs).T * members
    mine_led = own / all_of[evidence.rows.touch]
    caused = np.bincount(evidence.rows.touch, mine_led + found.sum(axis=1), minlength=touches).clip(0, 1)
    return Judged(mine_led, found, State(caused, combinations))


def _combinations(trade: Trade, evidence: Evidence, model: Model, ratio: Floats) -> Floats:
    """Per part the probability of each combination: Poisson likelihoods against no part, and how common each is."""
    parts = evidence.parts
    totals = model.parts.sum(axis=(1, 2))
    gain = np.stack(
        [
            np.bincount(evidence.group_part, np.log1p(members @ ratio), minlength=len(parts.actor))
            - parts.purchases * (totals @ members)
            for members in COMBINATIONS
        ],
        axis=1,
    )
    with np.errstate(divide="ignore"):
        gain += np.log(_commonness(trade, evidence, model))
    gain[parts.own] = 0
    found = np.exp(gain - gain.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(np.where(parts.own[:, None], 0.0, found / found.sum(axis=1, keepdims=True)))
