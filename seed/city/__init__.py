"""A simulated city that is hard for the right reasons, in the exchange format, with its truth beside it."""

from seed.city.build import build
from seed.city.profiles import PROFILES
from seed.city.write import FORMATS

__all__ = ["FORMATS", "PROFILES", "build"]
