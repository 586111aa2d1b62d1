"""Who lives together on the first day: homes, the households in them, their people and their accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seed.city.draws import Bools, Floats, Ints, Rng, choose, repeated
from seed.city.profiles import Profile

CHILD, TEEN, ADULT, ELDER = range(4)
AGE_BANDS = ("child", "teen", "adult", "elder")
FAMILY, SHARED, DORM = range(3)
HEAD, PARTNER, OFFSPRING, PARENT, SIBLING, STAFF, STUDENT = range(7)

A, P, S = (ADULT, HEAD), (ADULT, PARTNER), (ADULT, SIBLING)
KID, BABY, GROWN = (TEEN, OFFSPRING), (CHILD, OFFSPRING), (ADULT, OFFSPRING)
OLD, E, F = (ELDER, PARENT), (ELDER, HEAD), (ELDER, PARTNER)
# Shape, its weight among family homes, and its members; the weights follow the census, see docs/simulation.md.
SHAPES = (
    ("single", 0.20, (A,)),
    ("single_elder", 0.05, (E,)),
    ("couple", 0.19, (A, P)),
    ("elder_couple", 0.06, (E, F)),
    ("siblings", 0.03, (A, S)),
    ("couple_with_child", 0.11, (A, P, BABY)),
    ("couple_with_teen", 0.07, (A, P, KID)),
    ("couple_with_grown_child", 0.05, (A, P, GROWN)),
    ("couple_with_two_children", 0.08, (A, P, KID, BABY)),
    ("single_parent", 0.05, (A, BABY)),
    ("single_parent_with_two", 0.02, (A, KID, BABY)),
    ("three_generations", 0.06, (A, P, BABY, OLD)),
    ("three_generations_full", 0.03, (A, P, KID, OLD, OLD)),
    ("staff", 0.0, ((ADULT, STAFF),)),
    ("student", 0.0, ((ADULT, STUDENT),)),
)
NAMES = tuple(name for name, _, _ in SHAPES)
WEIGHTS = tuple(weight for _, weight, _ in SHAPES)
SIZES = np.array([len(members) for _, _, members in SHAPES])
MEMBERS = np.array([(*members, *((ADULT, HEAD),) * (5 - len(members))) for _, _, members in SHAPES])
SINGLE_PARENTS = (NAMES.index("single_parent"), NAMES.index("single_parent_with_two"))
ELDERS_ALONE = (NAMES.index("single_elder"), NAMES.index("elder_couple"))
CARED_FOR = np.array([any(age in (CHILD, ELDER) for age, _ in m) and (ADULT, HEAD) in m for _, _, m in SHAPES])

HAS_ACCOUNT = np.array([0.45, 0.85, 0.97, 0.70])  # by age band
SECOND_ACCOUNT = np.array([0.0, 0.06, 0.11, 0.02])
ACTIVITY = np.array([0.6, 1.0, 1.1, 0.7])


@dataclass(frozen=True)
class Census:
    """The first day. Arrays run by home, household, person and account; each names its place in the one before."""

    home_kind: Ints
    household_home: Ints
    household_shape: Ints
    person_household: Ints
    age: Ints
    relation: Ints
    female: Bools
    account_person: Ints
    activity: Floats  # relative to 1

    @property
    def people(self) -> int:
        """How many people have an account."""
        return len(self.age)

    @property
    def sizes(self) -> Ints:
        """People with an account per household."""
        return np.bincount(self.person_household, minlength=len(self.household_home)).astype(np.int64)


def settle(rng: Rng, profile: Profile, accounts: int) -> Census:
    """As many homes as it takes for exactly `accounts` accounts; people without an account are left out."""
    kind = choose(rng, profile.homes, accounts + 1)
    home, shape = _households(rng, profile, kind)
    household = repeated(SIZES[shape])
    place = np.arange(len(household)) - np.repeat(np.cumsum(SIZES[shape]) - SIZES[shape], SIZES[shape])
    age, relation = MEMBERS[shape[household], place].T
    accounts_of = (rng.random(len(age)) < HAS_ACCOUNT[age]) * (1 + (rng.random(len(age)) < SECOND_ACCOUNT[age]))
    person = repeated(accounts_of)[:accounts]
    kept, account_person = np.unique(person, return_inverse=True)
    households, person_household = np.unique(household[kept], return_inverse=True)
    homes, household_home = np.unique(home[households], return_inverse=True)
    return Census(
        kind[homes],
        household_home,
        shape[households],
        person_household,
        age[kept],
        relation[kept],
        _female(rng, relation[kept]),
        account_person,
        _activity(rng, profile, age[kept][account_person]),
    )


def _households(rng: Rng, profile: Profile, kind: Ints) -> tuple[Ints, Ints]:
    """The home and the shape of every household, home by home."""
    first = choose(rng, WEIGHTS, len(kind))
    first[kind == DORM] = NAMES.index("student")
    first[kind == SHARED] = NAMES.index("single")
    staffed = (kind == FAMILY) & CARED_FOR[first] & (rng.random(len(kind)) < profile.staff)
    counts = np.select(
        [kind == SHARED, kind == DORM], [rng.integers(2, 5, len(kind)), rng.integers(3, 7, len(kind))], 1
    )
    home = repeated(counts + staffed)
    shape = first[home]
    couples = (kind[home] == SHARED) & (rng.random(len(home)) < 0.15)
    shape[couples] = NAMES.index("couple")
    shape[(kind[home] == FAMILY) & (np.append(-1, home[:-1]) == home)] = NAMES.index("staff")
    return home, shape


def _female(rng: Rng, relation: Ints) -> Bools:
    return rng.random(len(relation)) < np.array([0.35, 0.75, 0.5, 0.6, 0.5, 0.9, 0.5])[relation]


def _activity(rng: Rng, profile: Profile, age: Ints) -> Floats:
    """Lognormal with mean near 1, and a share of accounts that are hardly ever seen."""
    heavy = rng.lognormal(-(profile.spread**2) / 2, profile.spread, len(age)).clip(0, 12)
    return np.asarray(np.where(rng.random(len(age)) < profile.hardly, 0.06, heavy) * ACTIVITY[age])
