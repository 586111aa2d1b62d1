"""The pure middle of detection: from evidence to households, and to the persons of several accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from server.detect import households, persons
from server.detect.cluster import cluster
from server.detect.evidence import Evidence
from server.detect.households import Household, Member
from server.detect.meetings import Floats, Ints
from server.detect.model import Model
from server.detect.persons import Traits
from server.detect.score import Scores, probability, score


def decide(
    gathered: Evidence, traits: Mapping[str, Traits], weights: Model
) -> tuple[list[Household], list[Household], int]:
    """Return the households of two accounts or more, the persons of several accounts in the same form, and how many
    pairs were weighed.
    """  # noqa: D205
    count = len(gathered.accounts)
    scores = score(gathered, weights)
    alike = persons.same_person(gathered, scores, traits, weights.person)
    person = cluster(count, scores.a, scores.b, alike, weights.person.prior)
    one = person[scores.a] == person[scores.b]
    held = np.where(scores.bound | one, np.inf, scores.score)
    label = cluster(count, scores.a, scores.b, held, weights.strangers)
    found = households.describe(gathered, scores, label, person, traits, weights)
    return found, _people(gathered.accounts, scores, person, alike), scores.a.size


def _people(accounts: Sequence[str], scores: Scores, person: Ints, alike: Floats) -> list[Household]:
    """Persons in the form of households, so that both get lasting ids in the same way."""
    links: dict[int, dict[str, tuple[float, str]]] = {}
    for pair in np.flatnonzero(person[scores.a] == person[scores.b]).tolist():
        said = bool(np.isinf(alike[pair]))
        sure = households.SAME_PERSON if said else round(float(probability(alike[pair])), 4)
        for side in (scores.a, scores.b):
            behind = links.setdefault(int(person[side[pair]]), {})
            account = accounts[int(side[pair])]
            behind[account] = max(behind.get(account, (0.0, "")), (sure, "bound" if said else "inferred"))
    return [
        Household(tuple(_plain(account, *link) for account, link in sorted(behind.items())), 0, "", 0.0)
        for behind in links.values()
    ]


def _plain(account: str, confidence: float, status: str) -> Member:
    return Member(account, confidence, status, 0.0, (), (), ())
