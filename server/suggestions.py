"""What to ask a person about their household: first the question whose answer would settle most."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np

from server.db.database import Database
from server.detect.changes import Standing
from server.detect.groups import INTERACTION, KINDS
from server.detect.read import standing, traits
from server.detect.score import probability
from server.errors import UnknownAccountError
from server.neighbourhood import Neighbourhood, around

MEMBER, NOT_MEMBER = "member", "not_member"
SURE = 0.95  # probability of yes or of no from which on there is nothing to ask
NEAR = -2.0  # log-odds of a pair: what is further below zero makes nobody wonder
SHARED = {"device": "a device", "network": "a network", "address": "an address", "payment": "a card or wallet"}


@dataclass(frozen=True)
class Suggestion:
    """A question, of which household and account, and whether that is a member of it now (`kind`).

    probability is that of yes; settles is how many pairs the answer is expected to settle: the uncertainty of a
    yes-or-no question, in bits (Shannon, A Mathematical Theory of Communication, 1948), times the pairs it is about.
    """

    kind: str
    question: str
    household: str
    account: str
    probability: float
    settles: float


async def suggest(db: Database, account: str, first: int) -> list[Suggestion]:
    """What to ask an account, best question first; nothing of which it, or who is concerned, has said a word.

    Raises UnknownAccountError.
    """
    if not await traits(db, {account}):
        raise UnknownAccountError
    near = await around(db, account)
    homes, _ = await standing(db, near.accounts)
    found = [one for home in homes for one in _ask(near, account, home, homes)]
    return sorted(found, key=lambda one: (-one.settles, one.household))[:first]


def _ask(near: Neighbourhood, account: str, home: Standing, homes: Sequence[Standing]) -> Iterator[Suggestion]:
    """The question about one household, if there is one to ask."""
    own = home.members.get(account)
    others = sorted(home.members.keys() - {account})
    unsettled = [other for other in others if (other, account) not in near.together]
    persons = home.size - 1 if own else home.size
    if _spoken(near, account, others) or (own and own.status != "inferred") or not unsettled or persons < 1:
        return
    chance = own.confidence if own else _chance(near, account, unsettled)
    if not 1 - SURE < chance < SURE:
        return
    elsewhere = any(account in other.members for other in homes if other is not home)
    yield Suggestion(
        kind=MEMBER if own else NOT_MEMBER,
        question=question(persons, _shared(near, account, others), also=not own and elsewhere),
        household=home.id,
        account=account,
        probability=round(chance, 4),
        settles=round(entropy(chance) * len(unsettled), 3),
    )


def _spoken(near: Neighbourhood, account: str, others: Collection[str]) -> bool:
    """Whether the account said that it lives with one of the others, or one of the two that they do not."""
    yes = {other for one, other in near.together if one == account}
    no = {one for pair in near.apart if account in pair for one in pair}
    return not (yes | no).isdisjoint(others)


def _chance(near: Neighbourhood, account: str, others: Collection[str]) -> float:
    """How probably an account lives with others, on the mean; 0 where no pair comes near it.

    Whom it shares nothing with counts as 0, as in an explanation.
    """
    pairs = [near.pair(account, other) for other in others]
    scores = np.array([-np.inf if pair is None else near.made.scores.score[pair] for pair in pairs])
    return float(probability(scores).mean()) if scores.max() > NEAR else 0.0


def entropy(chance: float) -> float:
    """The uncertainty of a yes-or-no question in bits, for a probability strictly between 0 and 1."""
    return -chance * log2(chance) - (1 - chance) * log2(1 - chance)


def question(persons: int, kinds: Collection[str], *, also: bool) -> str:
    """The question in plain words, by how many persons it is about and what kinds of things are shared with them."""
    things = [name for kind, name in SHARED.items() if kind in kinds]
    listed = " and ".join([", ".join(things[:-1]), things[-1]] if len(things) > 1 else things)
    parts = [f"you share {listed}"] if things else []
    parts += ["you are in touch"] if KINDS[INTERACTION] in kinds else []
    whom = "the other person" if persons == 1 else f"the {persons} other people"
    by = f" with whom {' and with whom '.join(parts)}" if parts else " of this household"
    return f"Do you {'also ' if also else ''}live with {whom}{by}?"


def _shared(near: Neighbourhood, account: str, others: Collection[str]) -> set[str]:
    """The kinds of things that an account shares with any of the others."""
    gathered = near.gathered
    pairs = [pair for other in others if (pair := near.pair(account, other)) is not None]
    rows = [row for pair in pairs for row in range(gathered.starts[pair], gathered.starts[pair + 1])]
    return {KINDS[kind] for kind in gathered.groups.kind[gathered.group[rows]].tolist()} if rows else set()
