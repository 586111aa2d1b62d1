"""The accounts that a Memory knows: each has a place, and says something of itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from server.detect.groups import Bools, Ints, Names, Places, Small, named
from server.detect.part import find
from server.detect.traits import Humans, Traits, saying


@dataclass
class Roster:
    """Accounts by place: `names` first, in order, and after them, in `more`, those that came since.

    Some accounts are flags, one for each place. `said` has, by place, which of `kinds` of traits an account has.
    """

    names: Names
    said: Small
    kinds: list[Traits]
    more: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.names) + len(self.more)

    def at(self, places: Places | Sequence[int]) -> Bools:
        """The accounts at these places."""
        flags = np.zeros(len(self), dtype=bool)
        flags[places] = True
        return flags

    def flags(self, accounts: Collection[str]) -> Bools:
        """These accounts, as far as they are known."""
        places = self._places(accounts)
        return self.at(places[places >= 0])

    def called(self, chosen: Bools) -> list[str]:
        """The names of some accounts, in the order of their places."""
        return self._called(np.flatnonzero(chosen))

    def sorted(self, chosen: Bools) -> tuple[list[str], Ints]:
        """The names of some accounts in their own order, and the places."""
        places = np.flatnonzero(chosen)
        accounts = self._called(places)
        if places.size and places[-1] >= len(self.names):
            order = pc.sort_indices(pa.array(accounts, pa.string()))
            places, accounts = places[order.to_numpy()], pa.array(accounts, pa.string()).take(order).to_pylist()
        return accounts, places

    def numbered(self, accounts: Collection[str]) -> Small:
        """The places of these accounts; new ones get one, and have said nothing."""
        places = self._places(accounts)
        if (places < 0).any():
            for account in (account for account, place in zip(accounts, places.tolist(), strict=True) if place < 0):
                self.more.setdefault(account, len(self))
            self.said = np.r_[self.said, np.zeros(len(self) - self.said.size, np.int32)]
            places = self._places(accounts)
        return places.astype(np.int32)

    def hear(self, traits: Mapping[str, Traits]) -> None:
        """Take down what accounts say of themselves now."""
        code = {kind: place for place, kind in enumerate(self.kinds)}
        # Most accounts that say the same have the same one, which has to be looked up once.
        known = {id(kind): kind for kind in traits.values()}
        place = {one: code.setdefault(kind, len(code)) for one, kind in known.items()}
        codes = [place[id(kind)] for kind in traits.values()]
        places, self.kinds = self.numbered(traits), list(code)
        self.said[places] = codes

    def traits(self, places: Places) -> Humans:
        """What accounts say of themselves."""
        return saying(self.kinds, self.said[places])

    def moved(self, names: Names, first: Ints) -> tuple[Roster, Small]:
        """The same accounts, of whom those at the places `first`, called `names`, come first; and where each is now."""
        now = np.full(len(self), -1, np.int32)
        now[first] = np.arange(first.size)
        gone = np.flatnonzero(now < 0)
        now[gone] = first.size + np.arange(gone.size)
        said = np.empty_like(self.said)
        said[now] = self.said
        more = {name: int(place) for name, place in zip(self._called(gone), now[gone], strict=True)}
        return Roster(names, said, self.kinds, more), now

    def _called(self, places: Ints) -> list[str]:
        later, begin = list(self.more), len(self.names)
        names = named(self.names, places[places < begin])
        return [*names, *(later[place - begin] for place in places[places >= begin].tolist())]

    def _places(self, accounts: Collection[str]) -> Ints:
        names = list(accounts)
        places = find(self.names.array, pa.array(names, pa.string()), 0, len(self.names))
        for at in np.flatnonzero(places < 0).tolist():
            places[at] = self.more.get(names[at], -1)
        return places
