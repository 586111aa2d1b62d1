"""What groups say of each member, and what an account's own groups say of the account; nothing about pairs yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.detect.groups import DEVICE, NETWORK, NEVER, PAYMENT, Bools, Groups, Ints, Small, spread
from server.detect.meetings import Singles, lately, latest, visits

CIRCLES = (DEVICE, PAYMENT)  # what is shared within one's own circle,
FEW = 6  # by so many at most
REGULAR = 4  # who is there a quarter as often as the one who is there most is there regularly
LATEST = (5, 20)  # hours at home: where an account spent the last few it lives now


@dataclass(frozen=True)
class Account:
    """What is known of each account from its own groups alone; one entry an account.

    home, seen   hours at home on networks, and hours in all groups
    first, last  the first and last local day it was seen
    circle       accounts with which it shares a device or card of few, a pair as often as they share one
    nights       the nights when it was at home on a network: nights[night[a] : night[a + 1]]
    homes        its hours at home on networks, sorted: homes[at_home[a] : at_home[a + 1]]
    uses         its hours on devices, likewise from at_device
    """

    home: Ints
    seen: Ints
    first: Ints
    last: Ints
    circle: Ints
    night: Ints
    nights: Ints
    at_home: Ints
    homes: Ints
    at_device: Ints
    uses: Ints


@dataclass(frozen=True)
class Members:
    """What is known of each member of each group; one entry a member, in the order of Groups.member.

    count, work, days  hours there, those on working days from 9 to 17, and distinct days
    used        hours there that count: on a network those at home
    first, last the first and last hour there; NEVER where there is none
    share       of what its account used of this kind in all
    now         of its account's last hours at home, the few and the many of LATEST, the share that was here
    """

    count: Small
    work: Small
    days: Small
    used: Small
    first: Ints
    last: Ints
    share: Singles
    now: tuple[Singles, Singles]


def members(groups: Groups) -> tuple[Members, Account]:
    """Look at each member alone, and add up what each account has."""
    kind, people = groups.kind[spread(groups.start)], len(groups.accounts)
    count, home, work, days = visits(groups.first, groups.hours)
    used = np.where(kind == NETWORK, home, count)
    key = groups.member.astype(np.int64) * 8 + kind
    total = np.bincount(key, weights=used, minlength=people * 8)
    # A single hour at home is hardly a home: two that are not there are added to each total.
    share = used / (total[key] + np.where(kind == NETWORK, 2, 1))
    first, last = _spans(groups)
    at_home, homes = _times(groups, kind == NETWORK, only_home=True)
    now = tuple(_now(groups, kind == NETWORK, latest(at_home, homes, many)) for many in LATEST)
    account = _account(groups, kind, (first, last), (at_home, homes))
    return Members(count, work, days, used, first, last, share.astype(np.float32), (now[0], now[1])), account


def residents(groups: Groups, known: Members) -> Small:
    """Per group, the members who are there about as often as the one who is there most.

    It asks nothing of what they do elsewhere: then a pair would change with what a third account does out of its sight.
    """
    if not len(groups):
        return np.zeros(0, np.int32)
    group = spread(groups.start)
    most = np.maximum.reduceat(known.used, groups.start[:-1])[group]
    return np.bincount(group[known.used * REGULAR >= np.maximum(most, 1)], minlength=len(groups)).astype(np.int32)


def _now(groups: Groups, chosen: Bools, since: Ints) -> Singles:
    recent = lately(groups.member, chosen, since, groups.first, groups.hours)
    total = np.bincount(groups.member, weights=recent, minlength=len(groups.accounts))
    return (recent / (total[groups.member] + 1)).astype(np.float32)


def _account(groups: Groups, kind: Ints, span: tuple[Ints, Ints], home: tuple[Ints, Ints]) -> Account:
    people, member = len(groups.accounts), groups.member
    size = np.diff(groups.start)[spread(groups.start)]
    near = np.isin(kind, CIRCLES) & (size <= FEW)
    first, last = np.full(people, np.iinfo(np.int64).max), np.full(people, NEVER)
    seen = span[0] != NEVER
    np.minimum.at(first, member[seen], span[0][seen])
    np.maximum.at(last, member[seen], span[1][seen])
    at_device, uses = _times(groups, kind == DEVICE, only_home=False)
    owner = np.repeat(np.arange(people), np.diff(home[0]))
    # One more than the number of the night: that of the first hours of 1970 is -1, and would be another account's.
    nights = (owner << 20) + (home[1] + 17) // 24  # ascending, because the hours are
    nights = nights[np.r_[True, np.diff(nights) != 0]] if nights.size else nights
    return Account(
        home=np.diff(home[0]),
        seen=np.bincount(member, weights=np.diff(groups.first), minlength=people).astype(np.int64),
        first=first // 24,
        last=last // 24,
        circle=np.bincount(member[near], weights=size[near] - 1, minlength=people).astype(np.int64),
        night=np.searchsorted(nights, np.arange(people + 1) << 20),
        nights=(nights & ((1 << 20) - 1)) - 1,
        at_home=home[0],
        homes=home[1],
        at_device=at_device,
        uses=uses,
    )


def _times(groups: Groups, chosen: Bools, *, only_home: bool) -> tuple[Ints, Ints]:
    """The hours of each account in the chosen members' groups, sorted, and where those of each begin."""
    counts = np.diff(groups.first)
    hours = groups.hours[np.repeat(chosen, counts)].astype(np.int64)
    account = np.repeat(groups.member[chosen], counts[chosen]).astype(np.int64)
    kept = _home(hours) if only_home else np.ones(hours.size, dtype=bool)
    keys = np.sort((account[kept] << 24) + hours[kept])
    return np.searchsorted(keys, np.arange(len(groups.accounts) + 1) << 24), keys & ((1 << 24) - 1)


def _home(hours: Ints) -> Bools:
    """The same as meetings.at_home, for many hours at once."""
    clock = hours % 24
    weekend = (hours // 24 - 4) % 7 >= 5
    return np.asarray((clock >= 19) | (clock < 7) | (weekend & (clock < 12)))


def _spans(groups: Groups) -> tuple[Ints, Ints]:
    """The first and last hour of each member; NEVER where there is none."""
    filled = np.flatnonzero(np.diff(groups.first) > 0)
    first, last = np.full(groups.member.size, NEVER), np.full(groups.member.size, NEVER)
    first[filled] = groups.hours[groups.first[filled]]
    last[filled] = groups.hours[groups.first[filled + 1] - 1]
    return first, last
