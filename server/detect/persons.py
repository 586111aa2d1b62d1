"""Which accounts are one human being: said so, or one phone that is the main device of both and nothing against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from server.detect.evidence import Evidence, Floats, Group
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
    result = np.full(scores.a.size, model.prior)
    main = _main_devices(evidence)
    for row, group in enumerate(evidence.group.tolist()):
        thing, pair = evidence.groups[group], scores.pair[row]
        if thing.kind == "binding" and thing.detail == "same_person" and _holds(thing, evidence.now):
            result[pair] = np.inf
        elif thing.kind == "payment":
            result[pair] += model.payment
        elif thing.kind == "device" and {(evidence.a[row], group), (evidence.b[row], group)} <= main:
            result[pair] += model.own_device
    for pair in np.flatnonzero(result > model.prior):
        one, other = (evidence.accounts[side[pair]] for side in (scores.a, scores.b))
        result[pair] += _likeness(traits.get(one, Traits()), traits.get(other, Traits()), model)
    return result


def _holds(binding: Group, now: int) -> bool:
    return binding.until is None or binding.until > now


def _main_devices(evidence: Evidence) -> set[tuple[int, int]]:
    """(account, group) for each device of one's own kind on which an account spends half its device hours or more."""
    place = {account: index for index, account in enumerate(evidence.accounts)}
    hours: dict[int, dict[int, int]] = {}
    for index, group in enumerate(evidence.groups):
        if group.kind == "device":
            for member, seen in zip(group.members, group.hours, strict=True):
                hours.setdefault(place[member], {})[index] = len(seen)
    return {
        (account, index)
        for account, devices in hours.items()
        for index, seen in devices.items()
        if evidence.groups[index].detail in OWN_DEVICES and 2 * seen >= sum(devices.values())
    }


def _likeness(one: Traits, other: Traits, model: PersonModel) -> float:
    total = 0.0
    for mine, theirs in ((one.age_band, other.age_band), (one.gender, other.gender)):
        if mine and theirs:
            total += model.alike / 2 if mine == theirs else model.unlike
    if one.platform and other.platform:
        total += model.apart if one.platform != other.platform else -model.apart
    return total
