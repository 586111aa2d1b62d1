"""The world: who is where with what, before anybody watches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seed.city.accounts import Accounts, enrol
from seed.city.cards import Cards, issue
from seed.city.devices import Devices, equip
from seed.city.draws import Bools, Ints, Rng, stream
from seed.city.homes import Homes, furnish
from seed.city.households import Census, settle
from seed.city.moves import Moves, move
from seed.city.places import Places, assign
from seed.city.profiles import Profile
from seed.city.ties import Ties, tie


@dataclass(frozen=True)
class World:
    """Everything that is true, before anybody watches. Sightings and behaviour follow from it."""

    profile: Profile
    seed: int
    density: float
    people: Census
    moves: Moves
    homes: Homes
    places: Places
    devices: Devices
    ties: Ties
    cards: Cards
    accounts: Accounts

    def accounts_of(self, person: Ints, rng: Rng) -> Ints:
        """An account of each person: the first, or for one in five of those who have it the second."""
        first = np.searchsorted(self.accounts.person, person)
        last = np.searchsorted(self.accounts.person, person, side="right") - 1
        return np.where(rng.random(len(person)) < 0.8, first, last)

    def people_together(self) -> Bools:
        """By account but the last: whether the next one is another person of the same first household."""
        person = self.accounts.person
        household = self.people.person_household[person]
        return np.asarray((household[1:] == household[:-1]) & (person[1:] != person[:-1]))


def create(accounts: int, profile: Profile, seed: int, density: float = 1.0) -> World:
    """Draw the world; each part from a random stream of its own."""
    census = settle(stream(seed, "households"), profile, accounts)
    moves = move(stream(seed, "moves"), profile, census)
    homes = furnish(stream(seed, "homes"), profile, census, moves)
    return World(
        profile,
        seed,
        density,
        census,
        moves,
        homes,
        assign(stream(seed, "places"), census, homes),
        equip(stream(seed, "devices"), census, moves.households),
        tie(stream(seed, "ties"), profile, census, moves, homes),
        issue(stream(seed, "cards"), census, moves.households),
        enrol(stream(seed, "accounts"), profile, census),
    )
