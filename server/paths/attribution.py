"""Which touches earn how much of the conversions: six models over paths with an actor dimension.

A path is the sequence of touches that led to a purchase; a player is what a touch is counted for, such as another
adult's shared link. Every model shares each conversion out whole, so that credits add up to the conversions.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np

Player = tuple[str, ...]
Path = Sequence[tuple[Player, float]]  # players with hours before the purchase, in order
Credit = dict[Player, float]

HALF_LIFE = 7 * 24  # hours in which a touch loses half its weight


def first_touch(paths: Sequence[Path], _: Sequence[Path] = ()) -> Credit:
    """All to the first touch."""
    return _shared(paths, lambda path: {path[0][0]: 1.0})


def last_touch(paths: Sequence[Path], _: Sequence[Path] = ()) -> Credit:
    """All to the last touch."""
    return _shared(paths, lambda path: {path[-1][0]: 1.0})


def linear(paths: Sequence[Path], _: Sequence[Path] = ()) -> Credit:
    """Alike to every touch."""
    return _shared(paths, lambda path: _weighted(path, [1.0] * len(path)))


def time_decay(paths: Sequence[Path], _: Sequence[Path] = ()) -> Credit:
    """By how recent a touch was, with a half-life of seven days."""
    return _shared(paths, lambda path: _weighted(path, [0.5 ** (hours / HALF_LIFE) for _, hours in path]))


def shapley(paths: Sequence[Path], _: Sequence[Path] = ()) -> Credit:
    """The Shapley value of the game in which a coalition wins the conversions whose players it has all.

    That game is a sum of unanimity games, so each conversion goes in equal parts to the players of its path (Shapley,
    1953; Zhao, Mahboobi & Bagheri, Shapley Value Methods for Attribution Modeling in Online Advertising, 2018).
    """
    return _shared(paths, lambda path: dict.fromkeys({player for player, _ in path}, 1 / len({p for p, _ in path})))


def markov(paths: Sequence[Path], lost: Sequence[Path] = ()) -> Credit:
    """By removal effect: how much less probable a conversion is when a player's touches lead nowhere.

    A first-order chain over players, from paths that converted and those that were lost (Anderl et al., Mapping the
    Customer Journey, Int. J. Research in Marketing 33, 2016); effects are scaled to the conversions. Without the player
    k the chain converts less often by P(start reaches k) · P(k converts), which the fundamental matrix has.
    """
    players = sorted({player for path in [*paths, *lost] for player, _ in path})
    place = {player: number for number, player in enumerate(players)}
    start, size = len(players), len(players) + 1
    moves, wins = np.zeros((size, size)), np.zeros(size)
    for path, won in [*((path, 1) for path in paths), *((path, 0) for path in lost)]:
        states = [start, *(place[player] for player, _ in path)]
        np.add.at(moves, (states[:-1], states[1:]), 1)
        wins[states[-1]] += won
    out = moves.sum(axis=1) + wins + np.bincount([place[path[-1][0]] for path in lost if path], minlength=size)
    visits = np.linalg.inv(np.eye(size) - moves / out.clip(1e-12)[:, None])
    converts = visits @ (wins / out.clip(1e-12))
    reached = visits[start] / visits.diagonal()
    effect = (reached * converts)[:start]
    return {player: float(len(paths) * effect[n] / effect.sum()) for player, n in place.items() if effect[n] > 0}


MODELS: Mapping[str, Callable[[Sequence[Path], Sequence[Path]], Credit]] = {
    "first": first_touch,
    "last": last_touch,
    "linear": linear,
    "time_decay": time_decay,
    "markov": markov,
    "shapley": shapley,
}


def _weighted(path: Path, weights: Sequence[float]) -> Credit:
    total = sum(weights)
    credit: Counter[Player] = Counter()
    for (player, _), weight in zip(path, weights, strict=True):
        credit[player] += weight / total  # type: ignore[assignment]
    return dict(credit)


def _shared(paths: Sequence[Path], share: Callable[[Path], Credit]) -> Credit:
    total: dict[Player, float] = defaultdict(float)
    for path in paths:
        for player, credit in share(path).items():
            total[player] += credit
    return dict(total)
