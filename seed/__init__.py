"""Data to try Hearth on, each in the exchange format with its truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from seed import city, kenya, tiny


@dataclass(frozen=True)
class Seed:
    """One data set: what it is, and what writes it into a folder."""

    about: str
    build: Callable[[Path], None]


SEEDS = {
    "tiny": Seed("three families made by hand, to check by eye", tiny.build),
    "kenya": Seed("real proximity contacts of 75 people in five rural households in Kenya", kenya.build),
    "city": Seed(
        "a simulated city of 500 accounts, hard for the right reasons; `hearth seed city` makes larger ones",
        partial(city.build, accounts=500, profile="city", seed=1),
    ),
}
