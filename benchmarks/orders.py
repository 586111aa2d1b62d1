"""Data in which only the order of adoptions is known: read from a file or made over a hidden network, then told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit

from server.referrals.graph import NEVER, Bools, Floats, Ints, Referrals, referrals

WINDOW = 5  # earlier adopters to whom a later one is told to owe it, where all pairs are
PERIODS = 10  # in each of which activity is another
DURATION = 1_000_000
FINE = 1_000_000_000  # of what was read from files, so that few come at one time


@dataclass(frozen=True)
class Story:
    """Adoptions in order, cascade by cascade: who, in which cascade, when; `source` really brought them, or is -1."""

    size: int
    cascade: Ints
    user: Ints
    at: Ints
    source: Ints

    @property
    def rank(self) -> Ints:
        """Each adoption's place in its cascade, from 0."""
        first = np.searchsorted(self.cascade, self.cascade)
        return np.arange(len(self.user)) - first

    def part(self, keep: Bools) -> Story:
        """Some of its adoptions."""
        return Story(self.size, *(column[keep] for column in (self.cascade, self.user, self.at, self.source)))


@dataclass(frozen=True)
class Kind:
    """How a world is: accounts, cascades, and how many one adopter brings on the mean.

    `activity` is the spread of how often accounts begin (log-normal), `shift` how much of it changes from period to
    period, `skill` makes powers alike, `followed` lets those with an audience begin more. In `villages`, each has one
    cascade, within it.
    """

    size: int
    cascades: int
    spread: float = 0.7
    activity: float = 1.5
    shift: float = 0.0
    skill: float = 0.5
    followed: float = 0.0
    villages: bool = False


KINDS: Mapping[str, Kind] = {
    "hundred": Kind(100, 300, 0.8),
    "few": Kind(300, 500),
    "villages": Kind(1_500, 50, 1.0, villages=True),
    "parishes": Kind(4_000, 100, 1.0, skill=5.0, villages=True),
    "alike": Kind(5_000, 2_000, skill=50.0),
    "shifting": Kind(10_000, 4_000, shift=1.0),
    "sites": Kind(1_000, 3_000, 0.9, 1.2, 0.3, 2.0, followed=1.0),
    "shares": Kind(20_000, 8_000),
    "large": Kind(50_000, 10_000, 0.8, shift=0.5),
}


def read(files: Sequence[Path]) -> Story:
    """Real cascades, one a line, as `account,time account,time` or `account time,account time`; in order of beginning.

    Where the first entry of the second form has three words, they are who began, the next account and its time.
    """
    cascades = sorted(filter(None, (_line(line) for file in files for line in file.read_text().splitlines())))
    names: dict[str, int] = {}
    rows = [(c, names.setdefault(who, len(names)), t) for c, came in enumerate(cascades) for t, _, who in came]
    cascade, user, at = np.array(rows).T
    fine = (at - at.min()) * (FINE / max(float(at.max() - at.min()), 1.0))
    columns = cascade.astype(np.int64), user.astype(np.int64), fine.astype(np.int64)
    return Story(len(names), *columns, np.full(len(rows), -1))


def _line(line: str) -> list[tuple[float, int, str]]:
    """A cascade's adoptions in order: when, the place in the line, who; each account once."""
    cells, marks = (line.split(), ",") if re.match(r"[^\s,]+,", line) else (line.split(","), None)
    words = [cell.split(marks) for cell in cells if len(cell.split(marks)) > 1]
    if words and len(words[0]) > 2:
        words.insert(0, [words[0].pop(0), words[0][-1]])
    came = sorted((float(word[1]), place, word[0]) for place, word in enumerate(words))
    return list({who: (at, place, who) for at, place, who in reversed(came)}.values())[::-1] if len(came) > 1 else []


def tell(kind: Kind, seed: int) -> Story:
    """Let cascades run over a network drawn for this seed."""
    rng = np.random.default_rng([seed, kind.size, kind.cascades])
    start, audience = _villages(rng, kind) if kind.villages else _followers(rng, kind)
    power = rng.beta(kind.skill, 3 * kind.skill, kind.size)
    degree = np.diff(start)
    seen = np.bincount(audience, minlength=kind.size).astype(np.float64)
    power = np.minimum(power * kind.spread / max(float((seen * degree * power).sum() / seen.sum()), 1e-9), 0.9)
    active = np.exp(rng.normal(0, kind.activity, kind.size)) * (degree + 1) ** (0.3 + kind.followed / 2)
    if kind.villages:
        starts = np.arange(kind.cascades) * kind.size // kind.cascades
        roots = starts + rng.integers(0, kind.size // kind.cascades, kind.cascades)
        when, pace, power = np.zeros(kind.cascades, np.int64), 0.15 * DURATION, np.minimum(power * 3, 0.9)
    else:
        when = np.sort(rng.integers(0, DURATION, kind.cascades))
        drift = np.cumsum(rng.normal(0, kind.shift, (PERIODS, kind.size)), axis=0)
        weight = active * np.exp(drift)
        cumulated = np.cumsum(weight, axis=1)
        period = when * PERIODS // DURATION
        draws = rng.random(kind.cascades)
        roots = np.array(
            [np.searchsorted(cumulated[p], x * cumulated[p, -1]) for p, x in zip(period, draws, strict=True)]
        )
        pace = 0.01 * DURATION
    return Story(kind.size, *_run(start, audience, power, roots, when, pace, kind.size // 5 + 20, seed))


def _followers(rng: np.random.Generator, kind: Kind) -> tuple[Ints, Ints]:
    """Heavy-tailed audiences, most within groups of interest."""
    many = np.minimum(rng.pareto(1.3, kind.size) * 6 + 1, kind.size / 5).astype(np.int64)
    seen = np.cumsum(rng.pareto(2.0, kind.size) + 0.2)
    owner = np.repeat(np.arange(kind.size), many)
    other = np.searchsorted(seen, rng.random(len(owner)) * seen[-1])
    group = max(kind.size // 50, 20)
    near = owner // group * group + rng.integers(0, group, len(owner))
    other = np.where(rng.random(len(owner)) < 0.6, np.minimum(near, kind.size - 1), other)
    return _lists(owner, other, kind.size)


def _villages(rng: np.random.Generator, kind: Kind) -> tuple[Ints, Ints]:
    """Contacts within villages, some women known to many."""
    each = kind.size // kind.cascades
    known = rng.pareto(2.0, kind.size) + 0.3
    owner = np.repeat(np.arange(kind.size), 6)
    base = owner // each * each
    weight = known.reshape(kind.cascades, each).cumsum(axis=1)
    draw = rng.random(len(owner)) * weight[owner // each, -1]
    place = (weight[owner // each] < draw[:, None]).sum(axis=1)
    return _lists(base + place, owner, kind.size)


def _lists(owner: Ints, other: Ints, size: int) -> tuple[Ints, Ints]:
    key = np.unique((owner * size + other)[owner != other])
    return np.searchsorted(key, np.arange(size + 1) * size), key % size


@njit(cache=True)
def _run(
    start: Ints, audience: Ints, power: Floats, roots: Ints, when: Ints, pace: float, most: int, seed: int
) -> tuple[Ints, Ints, Ints, Ints]:
    """Each adopter tells its audience once; whoever it wins adopts after an exponential delay. In order of time."""
    np.random.seed(seed)
    room = 1 << 20
    cascade, user, at, source = (
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
    )
    filled = 0
    mark = np.full(power.size, -1)
    for number in range(roots.size):
        first = filled
        cascade[filled], user[filled], at[filled], source[filled] = number, roots[number], when[number], -1
        mark[roots[number]] = number
        filled += 1
        read = first
        while read < filled and filled - first < most:
            here = user[read]
            for edge in range(start[here], start[here + 1]):
                other = audience[edge]
                if mark[other] != number and np.random.random() < power[here] and filled < room:
                    mark[other] = number
                    cascade[filled], user[filled], source[filled] = number, other, here
                    at[filled] = at[read] + 1 + np.int64(np.random.exponential(pace))
                    filled += 1
            read += 1
        order = first + np.argsort(at[first:filled], kind="mergesort")
        user[first:filled], source[first:filled], at[first:filled] = user[order], source[order], at[order]
    return cascade[:filled], user[:filled], at[:filled], source[:filled]


def _pairs(story: Story, back: Callable[[Ints], Ints]) -> tuple[Ints, Ints]:
    """Places of later adoptions, and those that so many places before are told as their cause."""
    later = np.flatnonzero(story.rank > 0)
    return later, later - back(story.rank[later])


def _star(story: Story) -> tuple[Ints, Ints]:
    return _pairs(story, lambda rank: rank)


def _chain(story: Story) -> tuple[Ints, Ints]:
    return _pairs(story, lambda rank: np.ones_like(rank))


def _anyone(story: Story) -> tuple[Ints, Ints]:
    rng = np.random.default_rng(len(story.user))
    return _pairs(story, lambda rank: 1 + (rng.random(len(rank)) * rank).astype(np.int64))


def _window(story: Story) -> tuple[Ints, Ints]:
    later, earlier = [], []
    for back in range(1, WINDOW + 1):
        some = np.flatnonzero(story.rank >= back)
        later.append(some)
        earlier.append(some - back)
    return np.concatenate(later), np.concatenate(earlier)


FORMS: Mapping[str, Callable[[Story], tuple[Ints, Ints]]] = {
    "star": _star,
    "chain": _chain,
    "window": _window,
    "anyone": _anyone,
}


def told(story: Story, form: str) -> Referrals:
    """The story as referrals, each cascade a campaign, nobody converting; `source` tells who really brought whom."""
    if form == "source":
        later = np.flatnonzero(story.source >= 0)
        referrer = story.source[later]
    else:
        later, earlier = FORMS[form](story)
        referrer = story.user[earlier]
    never = np.full(len(later), NEVER)
    return referrals(story.size, [referrer, story.user[later], story.at[later], never, story.cascade[later]])


def after(story: Story, cut: int, seeds: Ints) -> int:
    """How many accounts adopt from `cut` on after one of the seeds in the same cascade."""
    chosen = _chosen(story, seeds)
    first = np.searchsorted(story.cascade, story.cascade)
    before: Ints = np.cumsum(chosen) - chosen
    return len(np.unique(story.user[(before - before[first] > 0) & (story.at >= cut) & ~chosen]))


def begun(story: Story, cut: int, seeds: Ints) -> int:
    """How many accounts adopt from `cut` on in cascades that one of the seeds began."""
    chosen = _chosen(story, seeds)
    first = np.searchsorted(story.cascade, story.cascade)
    return len(np.unique(story.user[chosen[first] & (story.at >= cut) & ~chosen]))


def _chosen(story: Story, seeds: Ints) -> Bools:
    found = np.zeros(story.size, dtype=bool)
    found[seeds] = True
    chosen: Bools = found[story.user]
    return chosen
