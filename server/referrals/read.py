"""Referrals, households and persons from the graph into columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from server.db.database import Database, Row
from server.referrals.gaming import BURST
from server.referrals.graph import Ints, Referrals, Ties, referrals, until

CROWD = 1000  # accounts of a device: on one of more, such as in a shop, many who were referred come together anyway
FEW = 6  # accounts of a device that may be one person's
SLICE = 20_000  # accounts a read
LATER = -1  # an account that was loaded after the accounts had been read: the next run sees it
Say = Callable[[str], None]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Found:
    """What the graph holds; columns number accounts and campaigns by their places here, accounts in order of ids."""

    accounts: Sequence[str]
    campaigns: Sequence[str]
    given: Referrals
    ties: Ties


async def accounts(db: Database) -> list[str]:
    """The ids of all accounts, in order."""
    return [account async for row in db.read("referrals.accounts") for account in row["ids"]]


async def read(db: Database, say: Say, moment: datetime | None = None) -> Found:
    """Read the referrals as they were known just before a moment, or now."""
    ids = await accounts(db)
    place = {account: number for number, account in enumerate(ids)}
    say(f"Reading who referred whom among {len(ids):,} accounts …")
    names: dict[str, int] = {}
    given = await _referrals(db, place, names, moment)
    say(f"{len(given.at):,} referrals; reading who lives with whom …")
    return Found(ids, list(names), given, await _ties(db, place))


async def slices(db: Database, query: str, ids: Sequence[str], **parameters: Any) -> Iterator[tuple[int, Row]]:
    """What a statement returns of the accounts, part by part, each with the number of its first account."""
    return zip(range(0, len(ids), SLICE), await db.read_slices(query, ids, SLICE, **parameters), strict=True)


async def _referrals(
    db: Database, place: Mapping[str, int], names: dict[str, int], moment: datetime | None
) -> Referrals:
    parts = [np.empty((6, 0), dtype=np.int64)]
    for start, row in await slices(db, "referrals.made", list(place), until=moment.isoformat() if moment else None):
        row["place"] = [start + referrer for referrer in row["place"]]
        row["referee"] = [place.get(referee, LATER) for referee in row["referee"]]
        row["campaign"] = [names.setdefault(name, len(names)) for name in row["campaign"]]
        columns = ("place", "referee", "at", "converted", "campaign", "day")
        parts.append(np.array([row[name] for name in columns], dtype=np.int64))
    rows = np.concatenate(parts, axis=1)
    given = referrals(len(place), list(rows[:, rows[1] != LATER]))
    return until(given, int(moment.timestamp())) if moment else given


async def _ties(db: Database, place: Mapping[str, int]) -> Ties:
    homes = [tuple(pair) async for row in db.read("referrals.homes") for pair in row["pairs"] if pair[0] in place]
    persons = [(row["account"], row["person"]) async for row in db.read("referrals.persons") if row["account"] in place]
    crowds = [row async for row in db.read("referrals.crowds", least=BURST, most=CROWD)]
    crowd = [
        (place[row["one"]], place[other], number)
        for number, row in enumerate(crowds)
        for other in row["others"]
        if row["one"] in place and other in place
    ]
    home, second = _homes(homes, place)
    beside, phone = [await _pairs(db, query, place) for query in ("referrals.beside", "referrals.phones")]
    rows = np.array(crowd, dtype=np.int64).reshape(-1, 3)
    return Ties(_persons(persons, place), home, second, beside, phone, rows)


async def _pairs(db: Database, query: str, place: Mapping[str, int]) -> Ints:
    """Pairs of accounts on one device of few, the smaller first."""
    pairs = [(row["one"], row["other"]) async for row in db.read(query, cap=FEW)]
    known = [sorted((place[one], place[other])) for one, other in pairs if one in place and other in place]
    return np.array(known, dtype=np.int64).reshape(-1, 2)


def _homes(pairs: Sequence[tuple[str, ...]], place: Mapping[str, int]) -> tuple[Ints, Ints]:
    """Each account's household and second household, by number."""
    numbers: dict[str, int] = {}
    home, second = np.full((2, len(place)), -1)
    for account, household in sorted(pairs):
        column = home if home[place[account]] < 0 else second
        column[place[account]] = numbers.setdefault(household, len(numbers))
    return home, second


def _persons(pairs: Sequence[Pair], place: Mapping[str, int]) -> Ints:
    """Each account's person, by number: accounts that share a name for it, directly or by way of others."""
    person = np.full(len(place), -1)
    if not pairs:
        return person
    known = {account: number for number, account in enumerate(sorted({account for account, _ in pairs}))}
    names = {name: len(known) + number for number, name in enumerate(sorted({name for _, name in pairs}))}
    ends = [known[account] for account, _ in pairs], [names[name] for _, name in pairs]
    size = len(known) + len(names)
    label = connected_components(coo_array((np.ones(len(pairs)), ends), (size, size)), directed=False)[1]
    person[[place[account] for account in known]] = label[: len(known)]
    return person
