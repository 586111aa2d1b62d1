"""What each thing was when: a person's household, a household's home, a home's router, an address's holder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seed.city.clock import HOURS
from seed.city.draws import Ints

SPAN = HOURS + 1


@dataclass(frozen=True)
class Timeline:
    """Values that hold from an hour on, until the same owner's next one. Every owner has a value at hour 0."""

    keys: Ints
    values: Ints

    @classmethod
    def of(cls, first: Ints, owner: Ints, hour: Ints, value: Ints) -> Timeline:
        """Owner i starts with first[i]; each change gives an owner a value from an hour on. The last one wins."""
        owners = np.concatenate([np.arange(len(first), dtype=np.int64), owner])
        hours = np.concatenate([np.zeros(len(first), dtype=np.int64), hour])
        keys = owners * SPAN + hours
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], np.concatenate([first, value])[order])

    def at(self, owner: Ints, hour: Ints | int) -> Ints:
        """The value of each owner at the hour."""
        return self.values[np.searchsorted(self.keys, owner * SPAN + hour, side="right") - 1]

    def spells(self) -> tuple[Ints, Ints, Ints, Ints]:
        """All of it as rows: owner, from hour, until hour (HOURS when it lasts), value."""
        owner, start = np.divmod(self.keys, SPAN)
        last = np.append(owner[1:] != owner[:-1], True)
        until = np.where(last, HOURS, np.append(start[1:], HOURS))
        return owner, start, until, self.values
