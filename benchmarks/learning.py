"""What fitting and the bench of quality have in common: worlds as labelled pairs, and how well a model does on one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.contacts import homesteads
from benchmarks.varied import varied
from benchmarks.worlds import World, read, world
from seed.city import PROFILES
from server.detect.company import company
from server.detect.decide import describe, partition
from server.detect.evidence import Evidence, gather
from server.detect.features import NAMES, pair_features
from server.detect.fit import Labelled, careful, fit, fit_company, isotonic
from server.detect.groups import NETWORK, take
from server.detect.households import Household, chances, homes
from server.detect.meetings import Floats, Singles
from server.detect.model import Confidence, Model, PersonModel
from server.detect.pack import columns
from server.detect.read import CAP
from server.detect.settle import settle
from server.detect.traits import Humans, Traits, humans

LEAN = 0.1  # log-odds on the prior: members who share little are missed more often than strangers are joined
CONTACTS = 4.0  # pairs that one pair of a homestead counts for
SIZES = ((101, 6000, 1.0), (102, 6000, 1.0), (103, 4000, 2.0), (103, 8000, 0.4))  # seed, accounts, density
BLIND = ((102, 6000, 1.0),)  # also seen without networks: what do devices say alone?
BESIDE = ((106, 6000, 1.0), (107, 4000, 2.0), (108, 8000, 0.4))  # for the second look alone
CAUTION = 0.25  # log-odds on every second look: precision is worth more than F1 says
HELD_OUT = ((104, 6000, 1.0),)  # for the confidence alone
VARIED = (range(80), range(80, 110), range(110, 130))  # the worlds of benchmarks/varied.py that go with each of these
BLANK = Model(
    name="blank",
    about="",
    prior=0.0,
    strangers=-0.5,
    second=1.0,
    shapes=(),
    tables=(),
    company=(),
    person=PersonModel(prior=-5.0, own_device=4.0, payment=1.5, alike=1.5, unlike=-6.0, apart=0.5),
    confidence=Confidence((0.0, 1.0), (0.0, 1.0)),
)


@dataclass(frozen=True)
class Case:
    """A world, what its pairs share, their features, and whether they live together."""

    world: World
    evidence: Evidence
    values: Singles
    together: Floats

    @property
    def people(self) -> Humans:
        """What its accounts say of themselves."""
        return humans(self.world.traits, self.evidence.groups.accounts)


def case(world: World) -> Case:
    """Gather a world's evidence and compare its pairs with the truth."""
    evidence = gather(world.groups)
    values = pair_features(evidence, humans(world.traits, world.groups.accounts))
    first, accounts = evidence.starts[:-1], evidence.groups.accounts
    homes_of = [world.truth.get(account, set()) for account in accounts]
    pairs = zip(evidence.a[first].tolist(), evidence.b[first].tolist(), strict=True)
    return Case(world, evidence, values, np.array([bool(homes_of[a] & homes_of[b]) for a, b in pairs], dtype=float))


def cities(
    cache: Path, profiles: Sequence[str], sizes: Sequence[tuple[int, int, float]] = SIZES, without: int | None = None
) -> list[Case]:
    """Simulated cities of these profiles, for fitting; `without` one kind, as a platform that never asked for it."""
    folders = [world(cache, profile, *size) for profile in profiles for size in sizes]
    worlds = (read(folder, CAP) for folder in folders)
    return [case(replace(one, groups=take(one.groups, np.flatnonzero(one.groups.kind != without)))) for one in worlds]


def contacts(seeds: Sequence[int] = range(101, 109)) -> list[Case]:
    """Simulated homesteads."""
    return [case(World(columns(groups), traits, truth)) for groups, traits, truth in map(homesteads, seeds)]


def labelled(cases: Sequence[Case]) -> Labelled:
    """The pairs of several worlds; homesteads have few, and count more.

    A pair that has nothing but a declaration is here because it declared: to learn from it would be to peep.
    """
    weight = [np.full(one.together.size, CONTACTS if one.world.groups.details == ["co_view"] else 1.0) for one in cases]
    values = np.concatenate([one.values for one in cases])
    together = np.concatenate([one.together for one in cases])
    known = values[:, NAMES.index("kinds")] > 0
    return Labelled(values[known], together[known], np.concatenate(weight)[known])


def various(cache: Path, numbers: Sequence[int]) -> list[Case]:
    """Worlds with rates and ways of recording of their own."""
    return [case(varied(cache, number)) for number in numbers]


def learn(cache: Path, profiles: Sequence[str] = tuple(PROFILES), start: Model = BLANK) -> Model:
    """Fit a model on simulated cities of these profiles, on such as differ more, and on homesteads.

    Then its second look, and its confidence, on other seeds.
    """
    first, beside, held_out = (various(cache, numbers) for numbers in VARIED)
    known = [*cities(cache, profiles), *cities(cache, profiles, BLIND, without=NETWORK), *contacts(), *first]
    model = fit(labelled(known), start)
    model = replace(model, prior=round(model.prior + LEAN, 3))
    model = _in_company(model, [*cities(cache, profiles, BESIDE), *beside])
    return replace(model, confidence=calibrated(model, [*cities(cache, profiles, HELD_OUT), *held_out]))


def _in_company(model: Model, cases: Sequence[Case]) -> Model:
    """Fit the second look on worlds that the first was not fitted on, where it would be surer than it is elsewhere."""
    values, score, together = [], [], []
    for one in cases:
        made = partition(one.evidence, one.people, model)
        pairs, rows = company((*made.linked[:2], made.first), made.tentative)
        values.append(rows)
        score.append(made.first[pairs])
        together.append(one.together[pairs])
    found = fit_company(np.concatenate(values), np.concatenate(score), np.concatenate(together), model)
    return careful(found, CAUTION)


def calibrated(model: Model, cases: Sequence[Case]) -> Confidence:
    """Which share of memberships with some mean chance is right: isotonic regression in 20 parts of equal size."""
    found = np.concatenate([_claims(model, one) for one in cases], axis=1)
    found = found[:, np.argsort(found[0], kind="stable")]
    parts = np.array_split(np.arange(found.shape[1]), 20)
    chance, right = (np.array([side[part].mean() for part in parts]) for side in found)
    rising = isotonic(right, np.ones(right.size))
    return Confidence([round(float(x), 4) for x in chance], [round(float(x), 4) for x in rising])


def _claims(model: Model, one: Case) -> Floats:
    """Per membership its mean chance and the share of the other members with whom its account really lives."""
    made = partition(one.evidence, one.people, model)
    found = homes(made.scores, made.label)
    accounts = one.evidence.groups.accounts
    true = [one.world.truth.get(accounts[place], set()) for place in found.account.tolist()]
    right = []
    for begin, end in pairwise(found.start.tolist()):
        for i in range(begin, end):
            right.append(sum(bool(true[i] & true[j]) for j in range(begin, end) if j != i) / (end - begin - 1))
    return np.array([chances(made.scores, found, made.person, model), right])


def first_run(
    gathered: Evidence, traits: Mapping[str, Traits], model: Model
) -> tuple[list[Household], list[Household]]:
    """The households and persons that a first run of detection finds, with the model settled on the data as there."""
    made = partition(gathered, humans(traits, gathered.groups.accounts), model)
    made, own = settle(gathered, made, model)
    return describe(gathered, made, own)


def members(label: Sequence[int], accounts: Sequence[str]) -> dict[str, set[str]]:
    """Households of two or more from labels, in the form that evaluation takes."""
    found: dict[str, set[str]] = defaultdict(set)
    sizes = np.bincount(np.asarray(label))
    for account, own in zip(accounts, label, strict=True):
        if sizes[own] > 1:
            found[account].add(str(own))
    return found
