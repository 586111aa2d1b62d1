"""Which accounts are one human being: said so, or one phone that is the main device of both and nothing against it."""

from __future__ import annotations

import numpy as np

from server.detect.evidence import Evidence
from server.detect.features import PERSONAL, details
from server.detect.groups import BINDING, DEVICE, PAYMENT
from server.detect.meetings import Floats
from server.detect.model import PersonModel
from server.detect.score import Scores
from server.detect.traits import DIFFERENT, SAME, UNKNOWN, Humans, alike

MAIN = 0.5  # share of all use of devices


def same_person(evidence: Evidence, scores: Scores, people: Humans, model: PersonModel) -> Floats:
    """The log-odds of each pair in `scores` that both accounts belong to one person; infinity when they said so.

    A shared tablet or television says nothing here: a family shares those.
    """
    every = np.arange(evidence.group.size)
    kind = evidence.groups.kind[evidence.group]
    own = (kind == DEVICE) & (details(evidence, every, PERSONAL) > 0) & (evidence.lower >= MAIN)
    lasts = evidence.groups.until[evidence.group] > evidence.until
    said = (kind == BINDING) & (details(evidence, every, ("same_person",)) > 0) & lasts
    count = scores.a.size
    known = np.bincount(
        evidence.pair, weights=model.payment * (kind == PAYMENT) + model.own_device * own, minlength=count
    )
    likeness = np.zeros(count)
    for codes in (people.band, people.gender):
        likeness += _weights(model.unlike, model.alike / 2)[alike(codes, scores.a, scores.b)]
    likeness += _weights(model.apart, -model.apart)[alike(people.platform, scores.a, scores.b)]
    result = np.where(known > 0, model.prior + known + likeness, model.prior)
    result[evidence.pair[said]] = np.inf
    return np.asarray(result)


def _weights(different: float, same: float) -> Floats:
    return np.array([weight for _, weight in sorted({UNKNOWN: 0.0, DIFFERENT: different, SAME: same}.items())])
