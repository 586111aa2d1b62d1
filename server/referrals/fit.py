"""How likely each referral is to bring somebody the next time, fitted from the data and shrunk.

Two things must happen when an account is active again: it invites an account, and the invitation converts. Most have
made few invitations, so the rate at which an account's convert is drawn towards what they do on the whole: the
posterior mean under a Beta prior fitted by maximum likelihood (empirical Bayes; Casella 1985).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln

from server.referrals.graph import NEVER, Floats, Ints, Network, Referrals, distinct, offsets

STRONGEST = 1e4  # trials: accounts that all do alike make the likelihood flat beyond this
REPEATS = 2.0  # campaigns that the referrer's mean rate of inviting somebody again counts for


@dataclass(frozen=True)
class Beta:
    """A Beta prior of a rate: `a` successes and `b` failures are taken for granted."""

    a: float
    b: float

    def shrunk(self, successes: Ints, trials: Ints) -> Floats:
        """The posterior mean of each account's rate."""
        rate: Floats = (successes + self.a) / (trials + self.a + self.b)
        return rate


@dataclass(frozen=True)
class Fitted:
    """Per account the chance that an invitation converts, per edge the chance that it brings the referee."""

    prior: Beta
    power: Floats
    edge: Floats


def fit(given: Referrals, net: Network) -> Fitted:
    """Fit the chances to invitations; `net` is their network."""
    trials = np.bincount(given.referrer, minlength=given.size)
    won = np.bincount(given.referrer[given.converted != NEVER], minlength=given.size)
    if not given.told:  # then only those that converted are listed
        won = trials
    prior = beta(won[trials > 0], trials[trials > 0])
    power = prior.shrunk(won, trials)
    return Fitted(prior, power, power[net.referrer] * again(given, net))


def beta(successes: Ints, trials: Ints) -> Beta:
    """The Beta prior under which these counts are most likely (beta-binomial, maximum likelihood)."""
    if not len(trials) or successes.sum() in (0, trials.sum()):
        mean = (successes.sum() + 0.5) / (trials.sum() + 1)
        return Beta(mean, 1 - mean)
    base = trials.max() + 1
    key, count = np.unique(successes * base + trials - successes, return_counts=True)
    won, lost = key // base, key % base

    def unlikely(logs: Floats) -> float:
        a, b = np.exp(logs)
        return -float(count @ (betaln(won + a, lost + b) - betaln(a, b)))

    mean = successes.sum() / trials.sum()
    bounds = [(-9.0, np.log(STRONGEST))] * 2
    found = minimize(unlikely, np.log([mean * 2, (1 - mean) * 2]), method="L-BFGS-B", bounds=bounds)
    return Beta(*(float(x) for x in np.exp(found.x)))


def again(given: Referrals, net: Network) -> Floats:
    """Per edge, the chance that an active referrer invites the referee, or another in its place.

    An account is active in the campaigns it refers in. It goes on to invite as many in each as it did on the mean;
    those whom it invited more often are likelier among them, and the others stand for the new ones.
    """
    campaigns = given.campaign.max(initial=0) + 1
    active = distinct(given.referrer * campaigns + given.campaign) // campaigns
    times = np.bincount(active, minlength=given.size)[net.referrer]
    invited = np.bincount(given.referrer, minlength=given.size)
    mean = (invited / np.maximum(np.diff(net.start), 1))[net.referrer] / times
    rate: Floats = np.minimum((net.times + REPEATS * mean) / (times + REPEATS), 1.0)
    return rate


def incoming(net: Network, chance: Floats) -> tuple[Ints, Ints, Floats]:
    """The network the other way round: per referee where its edges begin, their referrers, their chances."""
    return offsets(net.referee[net.inward], net.size), net.referrer[net.inward], chance[net.inward]
