"""Random draws over whole arrays, and the array types of the simulation."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Rng = np.random.Generator


def stream(seed: int, noun: str) -> Rng:
    """A generator of its own for each part of the world, so that a change in one part leaves the others."""
    return np.random.default_rng([seed, zlib.crc32(noun.encode())])


def choose(rng: Rng, weights: Sequence[float] | Floats, size: int) -> Ints:
    """`size` draws of an index, with chances in proportion to `weights`."""
    total = np.cumsum(np.asarray(weights, dtype=float))
    return np.asarray(np.searchsorted(total, rng.random(size) * total[-1], side="right"), dtype=np.int64)


def choose_rows(rng: Rng, weights: npt.NDArray[np.floating]) -> Ints:
    """One index per row of `weights` (n by k), with chances in proportion to that row."""
    total = np.cumsum(weights, axis=1)
    mark = rng.random(len(weights)) * total[:, -1]
    place = (mark[:, None] >= total).sum(axis=1)
    return np.asarray(np.minimum(place, weights.shape[1] - 1), dtype=np.int64)


def some(rng: Rng, where: Bools, share: float) -> Ints:
    """The places where `where` holds, each kept with chance `share`, ascending."""
    return np.flatnonzero(where & (rng.random(len(where)) < share))


def repeated(counts: Ints) -> Ints:
    """Place 0 counts[0] times, place 1 counts[1] times, and so on."""
    return np.repeat(np.arange(len(counts), dtype=np.int64), counts)


def pairs_within(group: Ints) -> tuple[Ints, Ints]:
    """Every pair i < j (in the order of a stable sort by group) of places that carry the same group ≥ 0."""
    order = np.argsort(group, kind="stable").astype(np.int64)
    order = order[group[order] >= 0]
    left, right, step = [order[:0]], [order[:0]], 1
    while (same := group[order[:-step]] == group[order[step:]]).any():
        left.append(order[:-step][same])
        right.append(order[step:][same])
        step += 1
    return np.concatenate(left), np.concatenate(right)


def another(rng: Rng, pool: Ints, size: int) -> Ints:
    """`size` draws from `pool` with repetition; none from an empty pool."""
    return pool[rng.integers(0, len(pool), size)] if len(pool) else pool[:0]
