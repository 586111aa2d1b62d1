"""Children who live in two households: with each parent, where those live apart."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from server.detect.groups import Ints
from server.detect.model import Model
from server.detect.score import Scores
from server.detect.traits import CHILD, TEEN, Humans


def second_homes(scores: Scores, label: Ints, people: Humans, model: Model) -> list[tuple[int, int]]:
    """Each child with a second home, and that home's label, in order of account.

    The child's mean log-odds towards the grown members of the other home must exceed `model.second`; of several such
    homes it is the one with the highest mean.
    """
    young = np.isin(people.band, (CHILD, TEEN))
    apart = (label[scores.a] != label[scores.b]) & (young[scores.a] != young[scores.b]) & (scores.score > 0)
    grown = np.bincount(label[~young], minlength=label.size)
    links: dict[tuple[int, int], list[float]] = defaultdict(list)
    for pair in np.flatnonzero(apart).tolist():
        a, b = int(scores.a[pair]), int(scores.b[pair])
        child, adult = (a, b) if young[a] else (b, a)
        links[child, int(label[adult])].append(float(scores.score[pair]))
    best: dict[int, tuple[float, int]] = {}
    for (child, home), known in sorted(links.items()):
        mean = (sum(known) + model.strangers * (int(grown[home]) - len(known))) / int(grown[home])
        if mean > model.second and mean > best.get(child, (0.0, 0))[0]:
            best[child] = (mean, home)
    return [(child, home) for child, (_, home) in sorted(best.items())]
