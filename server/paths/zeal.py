"""How members touch when no purchase makes them: idly or keenly, and by which actions.

Whoever sways others tries more often than it works, and by the same actions. So what he touches without consequence
speaks for his part too. Whether it does, the data say: how many of those who sway, of those who buy and of those who
do neither are keen is fitted, and so is what being keen means.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln

from server.journeys import Floats, Ints, Trade, sums
from server.paths.evidence import KINDS, Evidence
from server.paths.model import APART, BUYS, COMBINATIONS, GROUPS, KEEN, LOOKS, SWAYS, TRIES, Model


@dataclass(frozen=True)
class Zeal:
    """By actor and category (a cell) what touches without a purchase to come say.

    `left` is by cell how many there are; `likelihood` by IDLE or KEEN and cell the logarithm of their probability;
    `group` is LOOKS, BUYS or APART, `swaying` the probability that the actor has a part in swaying; `keen` is how
    common being keen is, by group and cell.
    """

    left: Floats
    likelihood: Floats
    group: Ints
    swaying: Floats
    keen: Floats

    def after(self, trade: Trade, evidence: Evidence, model: Model, combinations: Floats) -> Zeal:
        """The same where combinations of parts are this probable, and keenness as common as a model says."""
        not_swaying = np.ones(len(self.left))
        cell = evidence.parts.actor * trade.categories + evidence.parts.category
        np.multiply.at(not_swaying, cell, 1 - combinations @ COMBINATIONS[:, SWAYS])
        keen = model.keen[:, trade.accounts.band_of_actors()].reshape(GROUPS, -1)
        return replace(self, swaying=1 - not_swaying, keen=keen)

    def given(self, group: Ints | int) -> Floats:
        """By cell, the log probability of its touches for somebody of a group."""
        prior = self.keen[group, np.arange(len(self.left))]
        with np.errstate(divide="ignore"):
            return np.asarray(np.logaddexp(*(np.log([1 - prior, prior]) + self.likelihood)))

    def posterior(self) -> Floats:
        """By group (that of the cell, or TRIES) and cell, the probability of being keen."""
        cells = np.arange(len(self.left))
        prior = np.stack([self.keen[self.group, cells], self.keen[TRIES]])
        with np.errstate(over="ignore"):
            odds = prior / (1 - prior) * np.exp((self.likelihood[1] - self.likelihood[0]).clip(-500, 500))
        return np.asarray(odds / (1 + odds))


def zeal(trade: Trade, evidence: Evidence, model: Model, caused: Floats, combinations: Floats) -> Zeal:
    """What is known under a model; `caused` is by touch that it was made for a purchase to come."""
    size, parts = trade.accounts.actors * trade.categories, evidence.parts
    bands = np.repeat(trade.accounts.band_of_actors(), trade.categories)
    categories = np.tile(np.arange(trade.categories), trade.accounts.actors)
    mean, shape = model.mean[:, bands, categories], model.shape[:, bands, categories]
    of_action = sums(evidence.cell * KINDS + trade.touches.action, 1 - caused, size * KINDS).reshape(size, KINDS)
    left = of_action.sum(axis=1)
    likelihood = gammaln(left + shape) - gammaln(shape) + shape * np.log(shape / (shape + mean))
    likelihood += left * np.log(mean / (shape + mean)) + np.log(model.actions) @ of_action.T
    cell = parts.actor * trade.categories + parts.category
    group = np.full(size, APART)
    group[cell] = LOOKS
    group[cell[parts.own]] = BUYS
    keen = model.keen[:, bands, categories]
    return Zeal(left, likelihood, group, np.zeros(size), keen).after(trade, evidence, model, combinations)


def chance(trade: Trade, evidence: Evidence, model: Model, caused: Floats, known: Zeal) -> Floats:
    """Per touch, the rate a day of touches like it that come by chance, whatever the product.

    A gamma-Poisson model by zeal, in which the actor's other touches say how probable one more is.
    """
    cell, touches = evidence.cell, trade.touches
    bands = trade.accounts.band_of_actors()[trade.accounts.actor[touches.account]]
    mean, shape = (x[:, bands, touches.category] for x in (model.mean, model.shape))
    self_ = 1 - caused
    others = (known.left[cell] - self_).clip(0) + shape
    rate = others / (1 + shape / mean) / model.days * model.actions[:, touches.action]
    keen = _without(known, cell, self_ * np.log(others * mean / (shape + mean) * model.actions[:, touches.action]))
    daily = model.on(model.daily, touches.category, touches.day - model.day)
    return np.asarray(daily * ((1 - keen) * rate[0] + keen * rate[KEEN]))


def _without(known: Zeal, cell: Ints, one: Floats) -> Floats:
    """Per touch, the probability that its actor is keen but for this touch, whose own log likelihoods are `one`."""
    gain = (known.likelihood[1] - known.likelihood[0])[cell] - (one[1] - one[0])
    gain = np.exp(gain.clip(-500, 500))
    prior = np.stack([known.keen[known.group, np.arange(len(known.left))], known.keen[TRIES]])
    odds = (prior / (1 - prior))[:, cell] * gain
    keen = odds / (1 + odds)
    swaying = known.swaying[cell]
    return np.asarray((1 - swaying) * keen[0] + swaying * keen[1])
