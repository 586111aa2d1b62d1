"""A second look at pairs: what each account has to do with the others of the household that the other seems to be in.

Two who share little may still live together, because both are close to a third; and who is close to one but strange to
all the rest is a guest. The first look gives log-odds and a tentative partition. Within components of pairs that speak
for a household, each pair is then looked at in its company, and what that weighs is added to its log-odds. This is
collective entity resolution (Bhattacharya and Getoor, ACM TKDD 1, 2007) in one step, so it cannot run away.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from server.detect.cluster import components
from server.detect.features import Feature
from server.detect.groups import Ints, Places
from server.detect.meetings import Floats, Singles

MOST = 30.0  # log-odds: what is sure counts no more than this
Linked = tuple[Places, Places, Floats]
FEW = 8  # others: in a larger household nobody has to do with everybody
COMPANY: Sequence[Feature] = tuple(
    Feature(f"company_{name}", "household", meaning, rises)
    for name, meaning, rises in (
        ("inside", "what the two alone have in common, where the first look puts them into one household", 0),
        ("across", "what the two alone have in common, where the first look does not", 0),
        ("best_lower", "what speaks for living with the closest of those there, for the one where it is less", 1),
        ("best_higher", "what speaks for living with the closest of those there, for the one where it is more", 1),
        ("share_lower", "the part of a few there with whom something is shared, for the one where it is less", 1),
        ("share_higher", "the part of a few there with whom something is shared, for the one where it is more", 1),
    )
)


def company(pairs: Linked, label: Ints) -> tuple[Ints, Singles]:
    """The pairs to look at again, and one row for each of them with a column per feature in the order of COMPANY.

    `pairs` are all that were clustered, with the log-odds of the first look; `label` is the partition that these gave.
    Looked at are those in one component of pairs that speak for a household, but for what words decide.
    """
    a, b, score = pairs
    root = components(label.size, a[score > 0], b[score > 0])
    near = np.flatnonzero(root[a] == root[b])
    one, other, said = a[near].astype(np.int64), b[near].astype(np.int64), np.clip(score[near], -MOST, MOST)
    same = label[one] == label[other]
    columns = [np.where(same, said, np.nan), np.where(same, np.nan, said)]
    for sides in zip(*_sides(one, other, said, label), strict=True):
        columns += [np.minimum(*sides), np.maximum(*sides)]
    still = np.isfinite(score[near])
    return near[still], np.column_stack(columns).astype(np.float32)[still]


def _sides(one: Ints, other: Ints, said: Floats, label: Ints) -> list[tuple[Floats, Floats]]:
    """Of either account of each pair: best and share of those in the household that the other is in."""
    keys = np.concatenate([one * label.size + label[other], other * label.size + label[one]])
    distinct, of = np.unique(keys, return_inverse=True)
    known, best = np.bincount(of), np.full(distinct.size, -MOST)
    np.maximum.at(best, of, np.concatenate([said, said]))
    members = np.bincount(label)
    found = []
    for home, at in ((label[other], of[: one.size]), (label[one], of[one.size :])):
        others = members[home] - (label[one] == label[other])
        found.append((best[at], np.where(others > FEW, np.nan, known[at] / others)))
    return found
