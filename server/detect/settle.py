"""Bring a model to the data it will judge: two turns of expectation-maximisation over the graph's own pairs.

What evidence weighs differs from platform to platform, and most have no truth to fit it to. But households that are
found already say something of each of their pairs, the weak ones too, which a pair by itself does not. So the model
decides, the pairs of its households count as living together, and its weights are fitted to that; and once more.
These are the steps of Dempster, Laird and Rubin (Maximum Likelihood from Incomplete Data via the EM Algorithm, JRSS B
1977), with a partition in the place of independent labels (Celeux and Govaert, A Classification EM Algorithm for
Clustering, CSDA 1992); pairs in doubt are left out.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import numpy as np

from server.detect.decide import Decision, Pairs, reweighed
from server.detect.evidence import Evidence
from server.detect.features import FEATURES
from server.detect.fit import NOTHING, Labelled, careful, refit
from server.detect.groups import Bools
from server.detect.model import Model, named
from server.detect.score import Scores, probability

LEAST = 300  # households: of fewer, the shipped model knows more than they do
TURNS = 2
HOLD = 30.0  # pairs that pull each weight back to where it began
DOUBT = 0.3  # who is apart with a higher chance may as well live together
AGAINST = 1.3  # times what can only speak against: households found hide who has left, and unteach it
GONE = -0.3  # log-odds of what can only speak against: one of the two may have moved out
CARE = 0.95  # log-odds on every second look: households taken at their word draw others in
CLEAR = 0.888  # mean chance of the pairs in households from which on precision costs little
SLOPE = 25.0  # log-odds to lean by for a mean chance that is one less
LEANS = (-0.6, 0.75)  # at least and at most
MOST = 100_000  # pairs that are fitted: more say the same


def settle(
    gathered: Evidence, made: Decision, model: Model, together: Pairs = (), apart: Pairs = ()
) -> tuple[Decision, Model]:
    """What the model decides after some turns on what it decided, and the model then.

    `made` is what it decided, with what people said, `together` and `apart`. Below LEAST households both stay.
    """
    if np.unique(made.label[made.scores.a[_same(made)]]).size < LEAST:
        return made, model
    start, own = replace(careful(_wary(model), CARE), lean=_lean(made)), model
    gone = _gone(made.scores, start)
    for _ in range(TURNS):
        own = _turn(made, start, gone)
        made = reweighed(gathered, made, own, together, apart)
    return made, own


def _lean(made: Decision) -> float:
    """How far to lean towards joining: pairs that live together are the harder to tell the less sure households are.

    What maximises F1 is a threshold of half of the F1 that can be had (Lipton, Elkan and Naryanaswamy, ECML 2014).
    """
    sure = probability(made.linked[2][: made.scores.a.size])[_same(made)].mean()
    return round(float(np.clip(SLOPE * (CLEAR - sure), *LEANS)), 2)


def _wary(model: Model) -> Model:
    """The model with more weight on what can only speak against a household."""
    shapes = [
        replace(shape, weights=[round(w * AGAINST, 3) for w in shape.weights]) if feature.rises < 0 else shape
        for feature, shape in zip(FEATURES, model.shapes, strict=True)
    ]
    return replace(model, shapes=shapes)


def _turn(made: Decision, start: Model, gone: Bools) -> Model:
    """`start` fitted to what was decided; what is decided of pairs of whom one may be `gone` is not certain."""
    same = _same(made)
    chance = probability(made.linked[2][: same.size])
    sure = np.flatnonzero(same | (chance < DOUBT))
    sure = sure[:: ceil(sure.size / MOST)]
    target = np.where(same & ~gone, 1.0, chance)[sure]
    found = refit(Labelled(NOTHING, target, np.ones(sure.size)), made.scores.bins[sure], start, HOLD)
    return named(found, "settled", f"{start.name}, brought to this data by {sure.size:,} of its pairs.")


def _same(made: Decision) -> Bools:
    """The scored pairs within a household."""
    return np.asarray(made.label[made.scores.a] == made.label[made.scores.b])


def _gone(scores: Scores, model: Model) -> Bools:
    """Pairs of whom one may have moved out since, by what can only speak against a household."""
    against = [
        np.array(shape.weights)[scores.bins[:, place]]
        for place, (feature, shape) in enumerate(zip(FEATURES, model.shapes, strict=True))
        if feature.rises < 0
    ]
    return np.asarray(np.sum(against, axis=0) < GONE)
