"""What an account says of the human being behind it, as words and as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from server.detect.groups import Ints, Places

BANDS = ("", "child", "teen", "adult", "elder")
CHILD, TEEN = 1, 2
UNKNOWN, DIFFERENT, SAME = range(3)


@dataclass(frozen=True)
class Traits:
    """Empty where it says nothing."""

    age_band: str = ""
    gender: str = ""
    platform: str = ""


@dataclass(frozen=True)
class Humans:
    """Traits in numbers, one entry an account; 0 is unknown. A band is a place in BANDS."""

    band: Ints
    gender: Ints
    platform: Ints


def humans(traits: Mapping[str, Traits], accounts: Sequence[str]) -> Humans:
    """The traits of these accounts, in this order."""
    nobody = Traits()
    known = [traits.get(account, nobody) for account in accounts]
    # There are few different ones, and most accounts that say the same have the same one.
    _, first, of = np.unique(np.fromiter(map(id, known), np.int64, len(known)), return_index=True, return_inverse=True)
    return saying([known[place] for place in first.tolist()], of)


def saying(kinds: Sequence[Traits], of: Places) -> Humans:
    """The traits of accounts of which each says what is in `kinds` at its place in `of`."""
    bands = {band: place for place, band in enumerate(BANDS)}
    return Humans(
        band=np.array([bands.get(one.age_band, 0) for one in kinds], dtype=np.int64)[of],
        gender=_codes([one.gender for one in kinds])[of],
        platform=_codes([one.platform for one in kinds])[of],
    )


def alike(codes: Ints, a: Places, b: Places) -> Ints:
    """UNKNOWN where one of the two says nothing, else whether they are the SAME or DIFFERENT."""
    known = (codes[a] > 0) & (codes[b] > 0)
    return np.asarray(np.where(known, np.where(codes[a] == codes[b], SAME, DIFFERENT), UNKNOWN))


def _codes(values: Sequence[str]) -> Ints:
    places = {value: place for place, value in enumerate(sorted({*values, ""}))}
    return np.array([places[value] for value in values], dtype=np.int64)
