"""Referral data whose later part is known: simulated cascades with their hidden network, and the Korean villages."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit

from seed.city import PROFILES
from seed.city import referrals as simulated
from seed.city.draws import stream
from seed.city.referrals import INVITES, Spread
from seed.city.world import create
from server.referrals.graph import NEVER, Floats, Ints, Network, Referrals, Ties, referrals
from server.referrals.ways import Known

STUDY = 10  # years; who is later did not adopt within the study


@dataclass(frozen=True)
class City:
    """A simulated city's referrals, who lives with whom, and what is hidden in it."""

    given: Referrals
    ties: Ties
    hidden: Spread

    def reach(self, seeds: Ints, runs: int = 400) -> Floats:
        """How many others each of so many cascades over the hidden network wins, begun by all seeds at once."""
        found: Floats = _cascades(
            self.hidden.first, self.hidden.audience, self.hidden.invited, INVITES * self.hidden.power, seeds, runs
        )
        return found


def city(accounts: int, seed: int) -> City:
    """Simulate a city, of which only referrals are made."""
    world = create(accounts, PROFILES["city"], seed, 1.0)
    hidden, rows = simulated.spread(stream(seed, "referrals"), world)
    converted = np.where(rows.converted >= 0, rows.converted * 60, NEVER)
    given = referrals(accounts, [rows.referrer, rows.referee, rows.minute * 60, converted, rows.campaign])
    ties = Ties.none(accounts)
    ties.person[:] = world.accounts.person
    ties.home[:] = world.people.person_household[world.accounts.person]
    return City(given, ties, hidden)


def moment(given: Referrals, part: float) -> int:
    """The time when this part of the period is over."""
    first, last = int(given.at.min()), int(given.at.max())
    return first + int(part * (last - first))


def simulate(known: Known, seeds: Ints, runs: int, seed: int) -> Floats:
    """Cascades over the observed network with the fitted chances: how many accounts another seed's chain brings."""
    return reached(known.net, known.fitted.edge, seeds, runs, seed)


def reached(net: Network, chance: Floats, seeds: Ints, runs: int, seed: int) -> Floats:
    """The same over a network with any chances."""
    found: Floats = _worlds(net.start, net.referee, chance, seeds, runs, seed)
    return found


def villages(folder: Path) -> tuple[Referrals, Mapping[str, int], Ints]:
    """The women of kfamily: whoever adopted can tell those who name her; she convinced those who adopted later.

    Returns the referrals with years as times, the number of each woman, and the years of adoption.
    """
    with (folder / "women.csv").open(newline="") as file:
        years = {row["id"]: int(row["adopted"]) for row in csv.DictReader(file)}
    number = {woman: place for place, woman in enumerate(years)}
    with (folder / "nominations.csv").open(newline="") as file:
        pairs = sorted({(row["to"], row["from"]) for row in csv.DictReader(file)})
    told = [(a, b) for a, b in pairs if a in years and b in years and years[a] <= STUDY and years[b] > years[a]]
    rows = [(number[a], number[b], years[a], years[b] if years[b] <= STUDY else NEVER, 0) for a, b in told]
    columns = [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]
    return referrals(len(years), columns), number, np.array(list(years.values()), dtype=np.int64)


def in_order(given: Referrals) -> Referrals:
    """Only those who came, when they came, as if nobody had asked who converted."""
    came = given.rows(given.converted != NEVER)
    columns = [came.referrer, came.referee, came.converted, np.full(len(came.at), NEVER), came.campaign]
    return referrals(given.size, columns)


def large(accounts: int, edges: int, seed: int = 1) -> Referrals:
    """A large network whose referrers and referees are heavy-tailed, each with a sixth of invitations converting."""
    rng = np.random.default_rng(seed)
    referrer = (accounts * rng.random(edges) ** 2.2).astype(np.int64)
    referee = rng.integers(0, accounts, edges)
    at = np.sort(rng.integers(0, 180 * 86_400, edges))
    converted = np.where(rng.random(edges) < 1 / 6, at + 90_000, NEVER)
    return referrals(accounts, [rng.permutation(accounts)[referrer], referee, at, converted, at // (45 * 86_400)])


@njit(cache=True)
def _cascades(first: Ints, audience: Ints, invited: Ints, power: Floats, seeds: Ints, runs: int) -> Floats:
    np.random.seed(7)
    seen, queue, won = np.full(power.size, -1), np.empty(power.size, np.int64), np.zeros(runs)
    for run in range(runs):
        end = 0
        for seed in seeds:
            seen[seed] = run
            queue[end] = seed
            end += 1
        read = 0
        while read < end:
            here = queue[read]
            read += 1
            for edge in range(first[here], first[here] + audience[here]):
                other = invited[edge]
                if seen[other] != run and np.random.random() < power[here]:
                    seen[other] = run
                    queue[end] = other
                    end += 1
        won[run] = end - seeds.size
    return won


@njit(cache=True)
def _worlds(start: Ints, referee: Ints, chance: Floats, seeds: Ints, runs: int, seed: int) -> Floats:
    """A seed that another one brings is one more: so a walk from each seed says which others it meets."""
    np.random.seed(seed)
    live, won = np.empty(referee.size, np.bool_), np.zeros(runs)
    queue = np.empty(start.size, np.int64)
    for run in range(runs):
        for edge in range(referee.size):
            live[edge] = np.random.random() < chance[edge]
        brought = np.zeros(start.size, np.bool_)
        for source in seeds:
            seen = np.zeros(start.size, np.bool_)
            seen[source], queue[0], read, end = True, source, 0, 1
            while read < end:
                here = queue[read]
                read += 1
                for edge in range(start[here], start[here + 1]):
                    if live[edge] and not seen[referee[edge]]:
                        seen[referee[edge]] = True
                        brought[referee[edge]] = True
                        queue[end] = referee[edge]
                        end += 1
        won[run] = brought.sum()
    return won
