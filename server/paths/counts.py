"""How many touches somebody makes for one purchase to come: none, or one and perhaps more.

Whoever takes part in a purchase does so with a probability, and then makes one touch and a Poisson number of further
ones: most decide once. So of several touches before a purchase hardly all were made for it, and a lonely one often was.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from server.journeys import Floats, sums
from server.paths.evidence import Evidence
from server.paths.model import SWAYS, Model

MOST = 0.97  # nobody takes part more often than this


class Counts(NamedTuple):
    """By plan (a place in PARTS below SWAYS), if the actor has that part.

    odds   by row, that the touch was made for the purchase rather than for anything else, given the actor's others
    taken  by pair of purchase and part, the probability that the actor touched for the purchase at all
    gain   by part, the log likelihood of how many touches there are, beyond that of each touch by itself
    """

    odds: Floats
    taken: Floats
    gain: Floats


def count(evidence: Evidence, model: Model, plans: Floats) -> Counts:
    """Weigh the touches before each purchase together.

    `plans` are by plan and row the rates at which such touches are made for a purchase, against all else they may be.
    With the probability q of taking part, m further touches in the mean and w = plans / (q (1 + m)), the likelihood of
    the touches before a purchase, against chance, is the sum over n of P(n) n! times the n-th elementary symmetric
    polynomial of w, and that is 1 - q + q exp(-m) Π(1 + m w) Σ w / (1 + m w). It is linear in each w.
    """
    found = [_one(evidence, *part) for part in zip(plans, *_shares(model), strict=True)]
    return Counts(*(np.stack(column) for column in zip(*found, strict=True)))


def _shares(model: Model) -> tuple[Floats, Floats]:
    """By plan, the probability of taking part in a purchase, and how many further touches there are in the mean."""
    rate = model.parts[:SWAYS].sum(axis=(1, 2))
    taking = (rate / (1 + model.more)).clip(1e-6, MOST)
    return taking, (rate / taking - 1).clip(0)


def _one(evidence: Evidence, plans: Floats, taking: float, more: float) -> tuple[Floats, Floats, Floats]:
    pair, pairs, parts = evidence.pair, len(evidence.pair_part), len(evidence.parts.actor)
    w = plans / (taking * (1 + more))
    part = w / (1 + more * w)
    total, product = sums(pair, part, pairs), sums(pair, np.log1p(more * w), pairs)
    scale = np.log(taking / (1 - taking)) - more
    others = (total[pair] - part).clip(0)
    weight = np.exp((scale + product[pair] - np.log1p(more * w)).clip(-500, 500))
    odds = w * weight * (1 + more * others) / (1 + weight * others)
    with np.errstate(divide="ignore"):
        logs = scale + product + np.log(total)
    likelihood = np.logaddexp(0, logs)
    gain = sums(evidence.pair_part, likelihood, parts) - sums(evidence.part[evidence.theirs], np.log1p(odds), parts)
    return odds, np.exp(logs - likelihood), gain + evidence.parts.purchases * np.log(1 - taking)
