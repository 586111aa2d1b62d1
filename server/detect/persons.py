"""Which accounts are one human being: said so, or one phone that is the main device of both and nothing against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from server.detect.evidence import Evidence, Group
from server.detect.meetings import Floats, Ints
from server.detect.model import PersonModel
from server.detect.score import Scores

OWN_DEVICES = ("phone", "watch", "elder_phone")


@dataclass(frozen=True)
class Traits:
    """What an account says of its human being; empty where it says nothing."""

    age_band: str = ""
    gender: str = ""
    platform: str = ""


def same_person(evidence: Evidence, scores: Scores, traits: Mapping[str, Traits], model: PersonModel) -> Floats:
    """The log-odds of each pair in `scores` that both accounts belong to one person; infinity when they said so.

    A shared tablet or television says nothing here: a family shares those.
    """
    main = _main_devices(evidence)
    said, paid = (
        np.array([is_one(group, evidence.now) for group in evidence.groups], dtype=bool)[evidence.group]
        for is_one in (_says_so, _is_payment)
    )
    own = np.isin(_key(evidence.a, evidence.group), main) & np.isin(_key(evidence.b, evidence.group), main)
    result = np.full(scores.a.size, model.prior)
    np.add.at(result, scores.pair, model.payment * paid + model.own_device * own)
    result[scores.pair[said]] = np.inf
    for pair in np.flatnonzero(np.isfinite(result) & (result > model.prior)):
        one, other = (evidence.accounts[side[pair]] for side in (scores.a, scores.b))
        result[pair] += _likeness(traits.get(one, Traits()), traits.get(other, Traits()), model)
    return result


def _says_so(group: Group, now: int) -> bool:
    return (group.kind, group.detail) == ("binding", "same_person") and (group.until is None or group.until > now)


def _is_payment(group: Group, _: int) -> bool:
    return group.kind == "payment"


def _main_devices(evidence: Evidence) -> Ints:
    """The keys of (account, group) where an account spends half its device hours or more on one device of its own."""
    place = {account: index for index, account in enumerate(evidence.accounts)}
    devices = [index for index, group in enumerate(evidence.groups) if group.kind == "device"]
    seen = [
        (place[member], index, len(hours), evidence.groups[index].detail in OWN_DEVICES)
        for index in devices
        for member, hours in zip(evidence.groups[index].members, evidence.groups[index].hours, strict=True)
    ]
    account, group, hours, own = np.array(seen, dtype=np.int64).reshape(-1, 4).T
    total = np.bincount(account, weights=hours, minlength=len(place))
    main = (own == 1) & (2 * hours >= total[account])
    return _key(account[main], group[main])


def _key(account: Ints, group: Ints) -> Ints:
    """One number for an account and a group."""
    return account << 32 | group


def _likeness(one: Traits, other: Traits, model: PersonModel) -> float:
    total = 0.0
    for mine, theirs in ((one.age_band, other.age_band), (one.gender, other.gender)):
        if mine and theirs:
            total += model.alike / 2 if mine == theirs else model.unlike
    if one.platform and other.platform:
        total += model.apart if one.platform != other.platform else -model.apart
    return total
