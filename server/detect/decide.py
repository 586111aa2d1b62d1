"""The pure middle of detection: from evidence to households, and to the persons of several accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from server.detect import households
from server.detect.cluster import cluster
from server.detect.company import Linked, company
from server.detect.evidence import Evidence
from server.detect.groups import Ints, Places
from server.detect.households import Household, Member
from server.detect.meetings import Floats
from server.detect.model import Model
from server.detect.persons import same_person
from server.detect.score import Scores, again, probability, rescored, score
from server.detect.second import second_homes
from server.detect.traits import Humans, Traits, humans

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Decision:
    """What was decided, in columns: scored pairs, and per account its person and its household's smallest account.

    linked has all pairs: scores, infinity where words hold, minus infinity where they part; those of `scores` first.
    first has the log-odds that the first look gave them, tentative the partition of it; leaning has those by which they
    were clustered in the end. said has who confirmed living with whom.
    """

    people: Humans
    scores: Scores
    alike: Floats
    person: Ints
    label: Ints
    linked: Linked
    first: Floats
    tentative: Ints
    leaning: Floats
    said: tuple[Ints, Ints]


def decide(
    gathered: Evidence,
    traits: Mapping[str, Traits],
    weights: Model,
    together: Pairs = (),
    apart: Pairs = (),
) -> tuple[list[Household], list[Household], int]:
    """Return the households of two accounts or more, the persons of several accounts in the same form, and how many
    pairs were weighed.

    `together` and `apart` are pairs of accounts that a person said live together or not; where both name a pair, it
    is kept apart, so leave out of `apart` what was taken back. A pair of `together` begins with who said so.
    """  # noqa: D205
    made = partition(gathered, humans(traits, gathered.groups.accounts), weights, together, apart)
    return *describe(gathered, made, weights), made.scores.a.size


def describe(gathered: Evidence, made: Decision, weights: Model) -> tuple[list[Household], list[Household]]:
    """The households of two accounts or more, and the persons of several accounts in the same form."""
    extra = second_homes(made.linked, made.label, made.people, weights)
    homes = households.homes(made.scores, made.label, extra)
    found = households.describe(gathered, made.scores, homes, made.person, made.people, weights, made.said)
    return found, _people(gathered.groups.accounts, made)


def partition(gathered: Evidence, people: Humans, weights: Model, together: Pairs = (), apart: Pairs = ()) -> Decision:
    """Score all pairs and part the accounts into persons and households."""
    scores, alike = _alone(gathered, people, weights)
    person = cluster(len(gathered.groups.accounts), scores.a, scores.b, alike, weights.person.prior)
    return _parted(gathered.groups.accounts, people, scores, (alike, person), weights, (together, apart))


def reweighed(gathered: Evidence, made: Decision, weights: Model, together: Pairs = (), apart: Pairs = ()) -> Decision:
    """Part the persons into households once more, with other weights for the same bins."""
    scores = rescored(made.scores, weights)
    return _parted(gathered.groups.accounts, made.people, scores, (made.alike, made.person), weights, (together, apart))


def _parted(
    accounts: Sequence[str],
    people: Humans,
    scores: Scores,
    persons: tuple[Floats, Ints],
    weights: Model,
    words: tuple[Pairs, Pairs],
) -> Decision:
    """Households at a first and a second look."""
    alike, person = persons
    one = person[scores.a] == person[scores.b]
    held = np.where(scores.bound | one, np.inf, scores.score)
    a, b, first = _with_words(accounts, (scores.a, scores.b, held), *words)
    tentative = cluster(len(accounts), a, b, first, weights.strangers)
    pairs, values = company((a, b, first), tentative)
    scores = again(scores, pairs, values, weights)
    final = first.copy()
    final[pairs] = scores.score[pairs]
    leaning = final.copy()
    leaning[pairs] += weights.lean
    label = cluster(len(accounts), a, b, leaning, weights.strangers)
    said = _places(accounts, words[0])
    return Decision(people, scores, alike, person, label, (a, b, final), first, tentative, leaning, said)


def links(
    gathered: Evidence, people: Humans, weights: Model, together: Pairs = (), apart: Pairs = ()
) -> tuple[Places, Places]:
    """The pairs that speak for one household, at the first look, or for one person."""
    scores, alike = _alone(gathered, people, weights)
    held = np.where(scores.bound, np.inf, scores.score)
    return linked(_with_words(gathered.groups.accounts, (scores.a, scores.b, held), together, apart), alike)


def _alone(gathered: Evidence, people: Humans, weights: Model) -> tuple[Scores, Floats]:
    """What pairs say by themselves: of one household, and of one person."""
    scores = score(gathered, people, weights)
    return scores, same_person(gathered, scores, people, weights.person)


def linked(first: Linked, alike: Floats) -> tuple[Places, Places]:
    """The pairs of a first look that speak for one household, or for one person by what `alike` says of each."""
    a, b, score = first
    strong = score > 0
    strong[: alike.size] |= alike > 0  # words add pairs that share nothing else, and these come last
    return a[strong], b[strong]


def _places(accounts: Sequence[str], pairs: Pairs) -> tuple[Ints, Ints]:
    """The places of pairs of accounts; those of accounts that share nothing with anybody have none."""
    names = {account for pair in pairs for account in pair}
    place = {account: index for index, account in enumerate(accounts) if account in names}
    known = [(place[a], place[b]) for a, b in pairs if a in place and b in place]
    columns = np.array(known, dtype=np.int64).reshape(-1, 2)
    return columns[:, 0], columns[:, 1]


def _with_words(accounts: Sequence[str], pairs: Linked, together: Pairs, apart: Pairs) -> Linked:
    """Put what people said over the scores, and add pairs that share nothing else after them."""
    if not together and not apart:
        return pairs
    place = {account: index for index, account in enumerate(accounts)}
    said = {
        (min(place[a], place[b]), max(place[a], place[b])): word
        for words, word in ((together, np.inf), (apart, -np.inf))
        for a, b in words
        if a in place and b in place
    }
    keys = pairs[0].astype(np.int64) * len(accounts) + pairs[1]  # ascending, as pairs are
    new = np.array([one * len(accounts) + other for one, other in said], dtype=np.int64)
    words, score = np.array(list(said.values())), pairs[2].copy()
    at = np.minimum(np.searchsorted(keys, new), max(keys.size - 1, 0))
    known = keys[at] == new if keys.size else np.zeros(new.size, dtype=bool)
    score[at[known]] = words[known]
    keys, score = np.r_[keys, new[~known]], np.r_[score, words[~known]]
    return (keys // len(accounts)).astype(np.int32), (keys % len(accounts)).astype(np.int32), score


def _people(accounts: Sequence[str], made: Decision) -> list[Household]:
    """Persons in the form of households, so that both get lasting ids in the same way."""
    links: dict[int, dict[str, tuple[float, str]]] = {}
    scores, person = made.scores, made.person
    for pair in np.flatnonzero(person[scores.a] == person[scores.b]).tolist():
        said = bool(np.isinf(made.alike[pair]))
        sure = households.SAME_PERSON if said else round(float(probability(made.alike[pair])), 4)
        for side in (scores.a, scores.b):
            behind = links.setdefault(int(person[side[pair]]), {})
            account = accounts[int(side[pair])]
            behind[account] = max(behind.get(account, (0.0, "")), (sure, "bound" if said else "inferred"))
    return [
        Household(tuple(_plain(account, *link) for account, link in sorted(behind.items())), 0, "", 0.0)
        for behind in links.values()
    ]


def _plain(account: str, confidence: float, status: str) -> Member:
    return Member(account, confidence, status, 0.0, "")
