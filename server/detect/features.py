"""What is known of a pair of accounts, as about sixty numbers, each with a name and a meaning in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from server.detect.evidence import SHORTEST, Evidence
from server.detect.groups import ADDRESS, BINDING, DEVICE, INTERACTION, KINDS, NETWORK, NEVER, PAYMENT, Bools, Ints
from server.detect.meetings import Floats, Singles, common, missed
from server.detect.traits import Humans, alike

Row = Callable[[Evidence, Ints], Floats]
PERSONAL, SHARED = ("phone", "watch", "elder_phone"), ("tv", "speaker", "tablet")
HOLDING = ("family_group", "parental_control", "same_person")
CLOSE = ("album_edit", "co_view", "report_view", "gift")
HOMELIKE = 0.1  # share of the hours at home: less is a visit
CODES = ("ages", "genders", "platforms")  # features that are names, not numbers


@dataclass(frozen=True)
class Feature:
    """One number of a pair. `rises`: 1 where more of it can only speak for one household, -1 against, 0 either way."""

    name: str
    about: str
    meaning: str
    rises: int = 0


@dataclass(frozen=True)
class FromRows:
    """A feature that is the best (`max`) or the sum of a number of the rows of one kind; NaN without such rows."""

    feature: Feature
    kind: int
    row: Row
    how: str = "max"


def rarity(evidence: Evidence, rows: Ints) -> Floats:
    """1 for a thing of two accounts, falling with every doubling of those who share it."""
    return np.asarray(1 / np.log2(np.maximum(evidence.size[rows], 2)))


def _fewness(evidence: Evidence, rows: Ints) -> Floats:
    return np.asarray(-np.minimum(evidence.weekly[rows], evidence.size[rows]), dtype=float)


def _of(name: str) -> Row:
    return lambda evidence, rows: np.asarray(getattr(evidence, name)[rows], dtype=float)


def _less(name: str) -> Row:
    return lambda evidence, rows: -np.asarray(getattr(evidence, name)[rows], dtype=float)


def _one(_: Evidence, rows: Ints) -> Floats:
    return np.ones(rows.size)


def _said(names: Sequence[str]) -> Row:
    return lambda evidence, rows: details(evidence, rows, names)


def _hours(names: Sequence[str]) -> Row:
    return lambda evidence, rows: evidence.together[rows] * details(evidence, rows, names)


def _ended(evidence: Evidence, rows: Ints) -> Floats:
    ended = evidence.groups.until[evidence.group[rows]] <= evidence.until
    return np.asarray(ended * details(evidence, rows, HOLDING))


def _rare(name: str) -> Row:
    return lambda evidence, rows: getattr(evidence, name)[rows] * rarity(evidence, rows)


def _rows(kind: int, *entries: tuple[str, str, int, Row, str]) -> Iterator[FromRows]:
    about = KINDS[kind]
    for name, meaning, rises, row, how in entries:
        yield FromRows(Feature(f"{about}_{name}", about, meaning, rises), kind, row, how)


FROM_ROWS: Sequence[FromRows] = (
    *_rows(
        NETWORK,
        ("number", "networks of both", 0, _one, "sum"),
        ("nights", "nights on which both were at home on one network", 0, _of("nights"), "max"),
        ("all_nights", "nights on which both were at home on one network, over all networks", 0, _of("nights"), "sum"),
        ("together", "hours when both were on one network", 0, _of("together"), "sum"),
        ("least", "days on a network of the one who was there less", 1, _of("least"), "max"),
        ("lower", "share of the hours at home on one network, of the one with less", 1, _of("lower"), "max"),
        ("alike", "how much the hours at home of the two are spread alike over networks", 1, _of("lower"), "sum"),
        ("higher", "share of the hours at home on one network, of the one with more", 0, _of("higher"), "max"),
        ("now", "how much the last five hours at home of the two are spread alike over networks", 1, _of("now"), "sum"),
        ("lately", "how much the last twenty hours at home of the two are spread alike", 1, _of("lately"), "sum"),
        ("rare", "how few accounts ever used the best network of both", 1, rarity, "max"),
        ("few", "how few accounts use the network in a week", 1, _fewness, "max"),
        ("rare_alike", "hours at home spread alike, each network counted by how few use it", 1, _rare("lower"), "sum"),
        ("overlap", "whether both used the network in the same span of time", 1, _of("overlap"), "max"),
        ("turns", "how often the two took turns on the network", 0, _of("turns"), "max"),
        ("residents", "how few are regularly on a network of both", 0, _less("residents"), "max"),
        ("office", "how little of the time on the network is working time", 1, _less("office"), "max"),
    ),
    *_rows(
        DEVICE,
        ("number", "devices of both", 1, _one, "sum"),
        ("together", "hours when both used one device", 0, _of("together"), "sum"),
        ("days", "days on which both used one device", 1, _of("days"), "sum"),
        ("least", "days on a device of the one who used it less", 1, _of("least"), "max"),
        ("lower", "share of all use of devices, of the one for whom the common one is less", 1, _of("lower"), "max"),
        ("alike", "how much the use of devices is spread alike", 1, _of("lower"), "sum"),
        ("higher", "share of all use of devices, of the one for whom the common one is more", 0, _of("higher"), "max"),
        ("rare", "how few accounts use the device", 1, rarity, "max"),
        ("overlap", "whether both used the device in the same span of time", 1, _of("overlap"), "max"),
        ("turns", "how often the two took turns on the device", 1, _of("turns"), "max"),
        ("office", "how little of the time on the device is working time", 1, _less("office"), "max"),
        ("personal", "a phone or watch of both", 0, _said(PERSONAL), "sum"),
        ("shared", "tablets, televisions and speakers of both", 0, _said(SHARED), "sum"),
        ("tablet", "a tablet or computer of both", 0, _said(("tablet", "computer")), "sum"),
    ),
    *_rows(
        ADDRESS,
        ("number", "addresses of both", 0, _one, "sum"),
        ("rare", "how few accounts get parcels at the address", 1, rarity, "max"),
        ("lower", "share of the parcels that go there, of the one for whom it is less", 1, _of("lower"), "sum"),
        ("least", "days with parcels of the one who got fewer", 1, _of("least"), "sum"),
        ("overlap", "whether both got parcels there in the same span of time", 1, _of("overlap"), "max"),
        ("rare_all", "addresses of both, each counted by how few use it", 1, rarity, "sum"),
        ("home", "addresses said to be a home", 0, _said(("home",)), "max"),
    ),
    *_rows(
        PAYMENT,
        ("number", "cards or wallets of both", 1, _one, "sum"),
        ("rare", "how few accounts pay with the card", 1, rarity, "max"),
        ("least", "days with payments of the one who paid less often", 1, _of("least"), "max"),
        ("lower", "share of all payments made with it, of the one for whom it is less", 1, _of("lower"), "max"),
    ),
    *_rows(
        INTERACTION,
        ("hours", "hours with an interaction", 1, _of("together"), "sum"),
        ("kinds", "kinds of interaction, to and fro", 1, _one, "sum"),
        ("close", "hours of albums, films watched together, reports and gifts", 1, _hours(CLOSE), "sum"),
        ("work", "hours of files and mentions", 0, _hours(("file_share", "mention")), "sum"),
        ("days", "days with an interaction", 1, _of("days"), "max"),
    ),
    *_rows(
        BINDING,
        ("card", "a family card of both", 0, _said(("family_card",)), "max"),
        ("ended", "a declared family that has ended", -1, _ended, "max"),
    ),
)  # fmt: skip
CROSS: Sequence[Feature] = (
    Feature("kinds", "all", "kinds of things that the two share", 1),
    Feature("regular", "interaction", "share of the days on which either was seen with an interaction of the two", 1),
    Feature("apart", "network", "nights when both were seen, but not on one network"),
    Feature("met", "network", "of the nights when both were seen, the share when both were on one network", 1),
    Feature("later", "network", "nights when both were seen after the last one on a network of both", -1),
    Feature(
        "network_left",
        "network",
        "times one of the two would have been at the common networks since",
        -1,
    ),
    Feature("network_left_both", "network", "the same of the one who missed fewer"),
    Feature("device_left", "device", "times one of the two would have used the common devices since", -1),
    Feature("device_left_both", "device", "the same of the one who missed fewer"),
    Feature("ages", "all", "the age bands of the two"),
    Feature("genders", "all", "the genders of the two"),
    Feature("platforms", "all", "whether the two use the same app"),
    Feature("circle_lower", "all", "accounts with which they share devices or cards, the one with fewer"),
    Feature("circle_higher", "all", "accounts with which they share devices or cards, the one with more"),
    Feature("seen_lower", "all", "hours seen, of the one seen less"),
    Feature("home_lower", "all", "hours seen at home, of the one seen less"),
)
FEATURES: Sequence[Feature] = (*(entry.feature for entry in FROM_ROWS), *CROSS)
NAMES: Sequence[str] = tuple(feature.name for feature in FEATURES)


def pair_features(evidence: Evidence, people: Humans, begin: int = 0, end: int | None = None) -> Singles:
    """One row per pair from `begin` to `end`, one column per feature in the order of FEATURES; NaN: nothing to tell."""
    starts = evidence.starts[begin : None if end is None else end + 1]
    found = np.full((starts.size - 1, len(FEATURES)), np.nan, dtype=np.float32, order="F")
    every = np.arange(starts[0], starts[-1])
    kinds = evidence.groups.kind[evidence.group[every]]
    for kind in range(len(KINDS)):
        rows = every[kinds == kind]
        rows = rows[~holding(evidence, rows)] if kind == BINDING else rows
        pair = evidence.pair[rows] - begin
        firsts = np.flatnonzero(np.r_[True, np.diff(pair) != 0]) if rows.size else rows
        for place, entry in enumerate(FROM_ROWS):
            if entry.kind == kind and rows.size:
                reduce = np.maximum if entry.how == "max" else np.add
                found[pair[firsts], place] = reduce.reduceat(entry.row(evidence, rows), firsts)
    networks = every[kinds == NETWORK]
    for name, column in _cross(evidence, people, found, starts[:-1], networks, begin).items():
        found[:, NAMES.index(name)] = column
    return found


def _cross(
    evidence: Evidence, people: Humans, found: Singles, at: Ints, networks: Ints, begin: int
) -> dict[str, Floats]:
    """The features of CROSS; `at` is a row of each pair, `networks` are the rows of networks."""
    a, b, own = evidence.a[at].astype(np.int64), evidence.b[at].astype(np.int64), evidence.account
    pair = evidence.pair[networks] - begin
    met = np.bincount(pair, weights=evidence.nights[networks], minlength=at.size)
    after = np.full(at.size, NEVER // 24)
    np.maximum.at(after, pair, evidence.ends[networks])
    both, later = common(a, b, after, own.night, own.nights)
    shared = ~np.isnan(found[:, [NAMES.index(f"{kind}_number") for kind in KINDS[:4]]])
    span = np.maximum(own.last[a], own.last[b]) - np.minimum(own.first[a], own.first[b]) + 1
    return {
        "kinds": shared.sum(axis=1) + ~np.isnan(found[:, NAMES.index("interaction_hours")]),
        "regular": found[:, NAMES.index("interaction_days")] / np.maximum(span, SHORTEST),
        "apart": np.maximum(both - met, 0),
        "met": (met + 0.5) / (both + 1),
        "later": np.where(after > NEVER // 24, later, np.nan),
        "ages": np.minimum(people.band[a], people.band[b]) * 5 + np.maximum(people.band[a], people.band[b]),
        "genders": alike(people.gender, a, b),
        "platforms": alike(people.platform, a, b),
        **_left(evidence, begin, at.size, NETWORK),
        **_left(evidence, begin, at.size, DEVICE),
        **_ends("circle", own.circle, a, b),
        "seen_lower": np.minimum(own.seen[a], own.seen[b]),
        "home_lower": np.minimum(own.home[a], own.home[b]),
    }


def _left(evidence: Evidence, begin: int, count: int, kind: int) -> dict[str, Floats]:
    """How far the two have left what they shared: networks where both spent some of their time, or devices."""
    own, each, groups = evidence.account, evidence.members, evidence.groups
    starts = evidence.starts[begin : begin + count + 1]
    times = (own.at_home, own.homes) if kind == NETWORK else (own.at_device, own.uses)
    chosen = (groups.kind[evidence.group] == kind) & (evidence.lower >= (HOMELIKE if kind == NETWORK else 0))
    sides = [
        missed(starts, chosen, side, each.used, each.last, groups.member, *times)
        for side in (evidence.left, evidence.right)
    ]
    name = f"{KINDS[kind]}_left"
    return {name: np.maximum(*sides), f"{name}_both": np.minimum(*sides)}


def _ends(name: str, values: Ints, a: Ints, b: Ints) -> dict[str, Floats]:
    one, other = values[a].astype(float), values[b].astype(float)
    return {f"{name}_lower": np.minimum(one, other), f"{name}_higher": np.maximum(one, other)}


def details(evidence: Evidence, rows: Ints, names: Sequence[str]) -> Floats:
    """1 for each of the rows whose group is said to be one of these, else 0."""
    codes = [evidence.groups.details.index(name) for name in names if name in evidence.groups.details]
    return np.isin(evidence.groups.detail[evidence.group[rows]], codes).astype(float)


def holding(evidence: Evidence, rows: Ints) -> Bools:
    """Which rows are declarations that hold today: they hold a household together and are no feature."""
    return np.asarray((details(evidence, rows, HOLDING) > 0) & (_ended(evidence, rows) == 0))
