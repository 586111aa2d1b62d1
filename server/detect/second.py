"""Children who live in two households: with each parent, where those live apart."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from server.detect.company import Linked
from server.detect.groups import Ints
from server.detect.model import Model
from server.detect.traits import CHILD, TEEN, Humans


def second_homes(pairs: Linked, label: Ints, people: Humans, model: Model) -> list[tuple[int, int]]:
    """Each child with a second home, and that home's label, in order of account.

    `pairs` are those that were clustered: a word that parts a child from one member parts it from that home.

    The child's mean log-odds towards the grown members of the other home must exceed `model.second`; of several such
    homes it is the one with the highest mean.
    """
    young = np.isin(people.band, (CHILD, TEEN))
    one, other, score = pairs
    apart = (label[one] != label[other]) & (young[one] != young[other]) & ((score > 0) | np.isinf(score))
    grown = np.bincount(label[~young], minlength=label.size)
    links: dict[tuple[int, int], list[float]] = defaultdict(list)
    for pair in np.flatnonzero(apart).tolist():
        a, b = int(one[pair]), int(other[pair])
        child, adult = (a, b) if young[a] else (b, a)
        links[child, int(label[adult])].append(float(score[pair]))
    best: dict[int, tuple[float, int]] = {}
    for (child, home), known in sorted(links.items()):
        mean = (sum(known) + model.strangers * (int(grown[home]) - len(known))) / int(grown[home])
        if mean > model.second and mean > best.get(child, (0.0, 0))[0]:
            best[child] = (mean, home)
    return [(child, home) for child, (_, home) in sorted(best.items())]
