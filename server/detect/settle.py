"""Bring a model to the data it will judge: one turn of expectation-maximisation over the graph's own pairs.

What evidence weighs differs from platform to platform, and most have no truth to fit it to. But households that are
found already say something of each of their pairs, the weak ones too, which a pair by itself does not. So the model
decides once, pairs count as living together to the degree that it then believes, and its weights are fitted to that.
The first step is that of Dempster, Laird and Rubin (Maximum Likelihood from Incomplete Data via the EM Algorithm,
JRSS B 1977), with a partition in the place of an independent label; pairs in doubt are left out.
"""

from __future__ import annotations

from math import ceil

import numpy as np

from server.detect.decide import Decision
from server.detect.features import FEATURES
from server.detect.fit import NOTHING, Labelled, refit
from server.detect.model import Model, named
from server.detect.score import probability

LEAST = 300  # households: of fewer, the shipped model knows more than they do
HOLD = 30.0  # pairs that pull each weight back to where it began
DOUBT = 0.3  # who is apart with a higher chance may as well live together
MOST = 400_000  # pairs that are fitted: more say the same


def settle(made: Decision, model: Model) -> Model:
    """The model after one turn on what it decided; the same model of fewer than LEAST households."""
    if (np.bincount(made.label) > 1).sum() < LEAST:
        return model
    same = made.label[made.scores.a] == made.label[made.scores.b]
    chance = probability(made.linked[2][: same.size])
    sure = np.flatnonzero(same | (chance < DOUBT))
    sure = sure[:: ceil(sure.size / MOST)]
    target = np.where(same[sure], np.maximum(chance[sure], 0.5), chance[sure])
    found = refit(Labelled(NOTHING, target, np.ones(sure.size)), made.scores.bins[sure, : len(FEATURES)], model, HOLD)
    return named(found, "settled", f"{model.name}, brought to this data by {sure.size:,} of its pairs.")
