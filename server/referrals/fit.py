"""How likely each referral is to bring somebody the next time, fitted from the data and shrunk.

Two things must happen when an account is active again: it invites an account that it invited before, and the
invitation converts. Both are rates of an account with few trials, so each is drawn towards what accounts do on the
whole: the posterior mean under a Beta prior fitted by maximum likelihood (empirical Bayes; Casella 1985).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln

from server.referrals.graph import NEVER, Floats, Ints, Network, Referrals, offsets

STRONGEST = 1e4  # trials: accounts that all do alike make the likelihood flat beyond this
REPEATS = 2.0  # trials that the common rate of inviting again counts for


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
    if not won.any():  # then only those that converted are listed
        won = trials
    prior = beta(won[trials > 0], trials[trials > 0])
    power = prior.shrunk(won, trials)
    return Fitted(prior, power, power[net.referrer] * again(given, net))


def beta(successes: Ints, trials: Ints) -> Beta:
    """The Beta prior under which these counts are most likely (beta-binomial, maximum likelihood)."""
    if not len(trials) or successes.sum() in (0, trials.sum()):
        mean = (successes.sum() + 0.5) / (trials.sum() + 1)
        return Beta(mean, 1 - mean)
    (won, lost), count = np.unique(np.stack([successes, trials - successes]), axis=1, return_counts=True)

    def unlikely(logs: Floats) -> float:
        a, b = np.exp(logs)
        return -float(count @ (betaln(won + a, lost + b) - betaln(a, b)))

    mean = successes.sum() / trials.sum()
    bounds = [(-9.0, np.log(STRONGEST))] * 2
    found = minimize(unlikely, np.log([mean * 2, (1 - mean) * 2]), method="L-BFGS-B", bounds=bounds)
    return Beta(*(float(x) for x in np.exp(found.x)))


def again(given: Referrals, net: Network) -> Floats:
    """Per edge, the chance that an active referrer invites the referee again.

    An account is active in the campaigns it refers in. Every pair has been seen once, which says nothing; what counts
    is in how many of the referrer's other campaigns it was seen. Where nobody has another, all are invited again.
    """
    active = np.unique(given.referrer * (given.campaign.max(initial=0) + 1) + given.campaign)
    campaigns = np.bincount(active // (given.campaign.max(initial=0) + 1), minlength=given.size)
    others = campaigns[net.referrer] - 1
    seen = net.times - 1
    common = seen.sum() / others.sum() if others.any() else 1.0
    rate: Floats = (seen + REPEATS * common) / (others + REPEATS)
    return rate


def incoming(net: Network, chance: Floats) -> tuple[Ints, Ints, Floats]:
    """The network the other way round: per referee where its edges begin, their referrers, their chances."""
    order = np.argsort(net.referee, kind="stable")
    return offsets(net.referee[order], net.size), net.referrer[order], chance[order]
