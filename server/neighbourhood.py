"""What is around some accounts, read and weighed as a run would, for questions that cannot wait for one."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from server.db.database import Database
from server.detect import read
from server.detect.cluster import components
from server.detect.decide import Decision, Pairs, partition
from server.detect.evidence import Evidence, gather
from server.detect.groups import Groups
from server.detect.model import Model
from server.detect.run import far_east, latest
from server.detect.score import pair_of
from server.detect.traits import Traits, humans

MOST = 300  # accounts: who lives with one of them is among those it shares most with


@dataclass(frozen=True)
class Neighbourhood:
    """The accounts around some, what they share, and what was said and decided of them.

    The pairs of the accounts that were asked for weigh what they would in a run over everything. `together` begins
    each pair with who said so, as server.detect.read.words does.
    """

    accounts: Collection[str]
    gathered: Evidence
    made: Decision
    model: Model
    together: Pairs
    apart: Pairs

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each account stands in the evidence."""
        return {account: place for place, account in enumerate(self.gathered.groups.accounts)}

    def company(self, accounts: Collection[str]) -> set[str]:
        """These accounts, and everybody whom pairs that speak for a household connect with them."""
        a, b, _ = self.made.linked
        strong = self.made.first > 0
        root = components(len(self.place), a[strong], b[strong])
        own = {int(root[self.place[account]]) for account in accounts if account in self.place}
        return {*accounts, *(account for account, place in self.place.items() if int(root[place]) in own)}

    def pair(self, one: str, other: str) -> int | None:
        """The place of a pair among the scored ones; None when the two share nothing."""
        known = one in self.place and other in self.place
        return pair_of(self.made.scores, self.place[one], self.place[other]) if known else None


async def around(db: Database, *accounts: str) -> Neighbourhood:
    """Read what these accounts share with whom, and all that those share; decide about them.

    Whoever could be in one household with them counts for what their pairs weigh, so that is looked for until there is
    nobody more, or MOST are looked at.
    """
    now, weights = await latest(db), await read.weights(db)
    near = nearest((await read.around(db, accounts))[0], accounts, MOST)
    while True:
        found = await _decided(db, near, now, weights)
        wider = near | nearest(found.gathered.groups, found.company(accounts), MOST)
        if wider == near or len(near) >= MOST:
            return found
        near = wider


async def _decided(db: Database, near: Collection[str], now: str | None, weights: Model) -> Neighbourhood:
    """Decide about these accounts, knowing all that they share with anybody."""
    groups, _ = await read.around(db, near)
    traits, (together, apart) = await read.traits(db, near), await read.words(db, near)

    def decide(groups: Groups, traits: dict[str, Traits]) -> tuple[Evidence, Decision]:
        only = np.array([account in near for account in groups.accounts], dtype=bool)
        gathered = gather(groups, far_east(now) if now else None, only)
        return gathered, partition(gathered, humans(traits, groups.accounts), weights, together, apart)

    gathered, made = await asyncio.to_thread(decide, groups, traits)  # other requests go on meanwhile
    return Neighbourhood(near, gathered, made, weights, together, apart)


def nearest(groups: Groups, accounts: Collection[str], most: int) -> set[str]:
    """The accounts, and up to `most` in all of those in their groups.

    Those in groups of more of the accounts come first, then those in more and smaller groups.
    """
    close: dict[str, tuple[int, float]] = {}
    members = [groups.accounts[place] for place in groups.member.tolist()]
    for start, end in pairwise(groups.start.tolist()):
        asked = len({*members[start:end]}.intersection(accounts))
        for account in members[start:end] if asked else ():
            before = close.get(account, (0, 0.0))
            close[account] = (max(before[0], asked), before[1] + 1 / (end - start))
    others = sorted(close.keys() - set(accounts), key=lambda one: (-close[one][0], -close[one][1], one))
    return {*accounts, *others[: most - len(accounts)]}
