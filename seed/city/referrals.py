"""Invitations as cascades: some people persuade far better than others, and audiences overlap."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from seed.city.clock import DAYS
from seed.city.draws import Floats, Ints, Rng, choose, repeated, some

if TYPE_CHECKING:
    from seed.city.world import World

CAMPAIGNS = (5, 48, 91, 134)  # first days
CHANNELS = ("link", "code", "card", "poster")
STARTERS = 0.012  # accounts that begin a campaign
INVITES = 0.7  # of the people an account knows, the share it invites once it is taken with a campaign
CIRCLE = 60  # mean members of a circle; sizes are heavy-tailed
DAY = 1440


@dataclass(frozen=True)
class Spread:
    """By account: the hidden chance that an invitation by it converts, and whom it would invite."""

    power: Floats
    circle: Ints
    circle_size: Ints
    audience: Ints  # how many it would invite
    first: Ints  # edges of account a are first[a] … first[a] + audience[a]
    invited: Ints
    reach: Floats
    flag: Ints


@dataclass(frozen=True)
class Referrals:
    """One row per invitation; `converted` is a minute or -1."""

    referrer: Ints
    referee: Ints
    minute: Ints
    channel: Ints
    campaign: Ints
    converted: Ints


FLAGS = ("", "ring", "burst", "self")


def spread(rng: Rng, world: World) -> tuple[Spread, Referrals]:
    """Independent cascades over one fixed network, campaign by campaign, with some gaming on top."""
    hidden = _hidden(rng, world)
    rows = [_campaign(rng, hidden, number, day) for number, day in enumerate(CAMPAIGNS)]
    flag, games = _games(rng, world)
    merged = _earliest([*rows, *games])
    return replace(hidden, reach=_reach(hidden), flag=flag), merged


def _hidden(rng: Rng, world: World) -> Spread:
    """Powers follow a Beta with a long tail; the most active in a circle are in everybody's audience."""
    size = len(world.accounts.person)
    circles = max(1, size // CIRCLE)
    circle = choose(rng, rng.pareto(1.5, circles) + 0.3, size)
    power = rng.beta(0.5, 2.6, size)
    audience = np.minimum((rng.pareto(1.3, size) * 4.0).astype(np.int64), 150)
    order = np.lexsort((-rng.pareto(1.0, size), circle))
    sizes = np.bincount(circle, minlength=circles).astype(np.int64)
    starts = np.cumsum(sizes) - sizes
    edge = repeated(audience)
    away = rng.random(len(edge)) < 0.15
    inside = starts[circle[edge]] + (rng.random(len(edge)) ** 1.6 * sizes[circle[edge]]).astype(np.int64)
    invited = order[np.where(away, rng.integers(0, size, len(edge)), inside)]
    mates = some(rng, np.append(world.people_together(), False)[edge], 0.04)
    invited[mates] = edge[mates] + 1
    first = np.cumsum(audience) - audience
    return Spread(power, circle, sizes[circle], audience, first, invited, power, circle)


def _campaign(rng: Rng, hidden: Spread, number: int, day: int) -> Referrals:
    """Generation by generation: whoever is won over invites, until the campaign ends."""
    size = len(hidden.power)
    joined = np.full(size, -1, dtype=np.int64)
    active = np.unique(rng.integers(0, size, max(1, round(size * STARTERS))))
    joined[active] = day * DAY + rng.integers(0, 3 * DAY, len(active))
    end = min(day + 42, DAYS) * DAY
    rows = []
    while len(active):
        row = _invitations(rng, hidden, active, joined, number, end)
        rows.append(row)
        won = np.flatnonzero((row.converted >= 0) & (joined[row.referee] < 0))
        won = won[np.argsort(row.converted[won], kind="stable")]
        active, earliest = np.unique(row.referee[won], return_index=True)
        joined[active] = row.converted[won][earliest]
    return _merged(rows)


def _invitations(rng: Rng, hidden: Spread, active: Ints, joined: Ints, number: int, end: int) -> Referrals:
    """What the newly won send out, within days; each invitation converts with the sender's power."""
    sender = active[repeated(hidden.audience[active])]
    counts = hidden.audience[active]
    place = np.arange(len(sender)) - np.repeat(np.cumsum(counts) - counts, counts)
    referee = hidden.invited[hidden.first[sender] + place]
    minute = joined[sender] + 1 + rng.exponential(2.5 * DAY, len(sender)).astype(np.int64)
    sent = (rng.random(len(sender)) < INVITES) & (minute < end) & (referee != sender)
    sender, referee, minute = sender[sent], referee[sent], minute[sent]
    converted = minute + 5 + rng.exponential(1.0 * DAY, len(minute)).astype(np.int64)
    yes = (rng.random(len(minute)) < hidden.power[sender]) & (converted < end)
    return Referrals(
        sender,
        referee,
        minute,
        choose(rng, (0.5, 0.25, 0.15, 0.10), len(minute)),
        np.full(len(minute), number),
        np.where(yes, converted, -1),
    )


def _games(rng: Rng, world: World) -> tuple[Ints, list[Referrals]]:
    """Rings that invite each other in a circle, bursts of invitations within the hour, second accounts."""
    size = len(world.accounts.person)
    flag = np.zeros(size, dtype=np.int64)
    rings = max(1, size // 2500)
    member = rng.choice(size, min(size, rings * 4), replace=False)
    following = member[(np.arange(len(member)) // 4 * 4 + (np.arange(len(member)) + 1) % 4).clip(0, len(member) - 1)]
    bursters = rng.choice(np.setdiff1d(np.arange(size), member), max(1, size // 3000), replace=False)
    sender = np.repeat(bursters, 25)
    second = some(rng, ~world.accounts.primary, 0.08)
    flag[second - 1], flag[second], flag[bursters], flag[member] = 3, 3, 2, 1
    start = rng.integers(10 * DAY, 170 * DAY, size)
    ring = np.repeat(start[member[::4]], 4)[: len(member)]
    return flag, [
        _game(rng, member, following, ring + rng.integers(0, 240, len(member)), 1.0),
        _game(rng, sender, rng.integers(0, size, len(sender)), start[sender] + rng.integers(0, 50, len(sender)), 0.8),
        _game(rng, second - 1, second, start[second], 1.0),
    ]


def _game(rng: Rng, referrer: Ints, referee: Ints, minute: Ints, share: float) -> Referrals:
    converted = np.where(rng.random(len(minute)) < share, minute + rng.integers(3, 30, len(minute)), -1)
    campaign = np.searchsorted(np.array(CAMPAIGNS) * DAY, minute, side="right").clip(1) - 1
    return Referrals(referrer, referee, minute, np.zeros(len(minute), dtype=np.int64), campaign, converted)


def _merged(rows: list[Referrals]) -> Referrals:
    return Referrals(*(np.concatenate([getattr(r, f.name) for r in rows]) for f in fields(Referrals)))


def _earliest(parts: list[Referrals]) -> Referrals:
    """One row per referrer, referee and campaign, in the order of time; nobody invites himself."""
    rows = _merged(parts)
    order = np.argsort(rows.minute, kind="stable")
    order = order[rows.referrer[order] != rows.referee[order]]
    size = np.int64(max(rows.referrer.max(initial=0), rows.referee.max(initial=0)) + 1)
    key = (rows.campaign[order] * size + rows.referrer[order]) * size + rows.referee[order]
    order = order[np.sort(np.unique(key, return_index=True)[1])]
    return Referrals(*(getattr(rows, f.name)[order] for f in fields(Referrals)))


def _reach(hidden: Spread) -> Floats:
    """Expected accounts won over by one that begins alone: first order in overlaps, four generations deep."""
    edge = repeated(hidden.audience)
    reach = np.zeros(len(hidden.power))
    for _ in range(4):
        won = np.bincount(edge, 1 + reach[hidden.invited], minlength=len(reach))
        reach = hidden.power * INVITES * won
    return np.minimum(reach, len(reach))
