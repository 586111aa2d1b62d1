"""Where people are when they are not at home: offices, schools, cafés and the mobile network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seed.city.draws import Floats, Ints, Rng, choose, choose_rows
from seed.city.homes import Homes
from seed.city.households import ADULT, CHILD, ELDER, STAFF, STUDENT, TEEN, Census

WORKER, PUPIL, COLLEGIAN, AT_HOME, SHIFTS = range(5)
HOME, WORK, OUT = range(3)
CARRIERS = 3
GATEWAY = 350  # accounts behind one mobile address at a time


@dataclass(frozen=True)
class Places:
    """By person: the rhythm of the day, the office or campus (-1 for none), two cafés, the mobile carrier."""

    rhythm: Ints
    office: Ints
    cafe: Ints  # n by 2
    carrier: Ints
    gateways: int


def assign(rng: Rng, census: Census, homes: Homes) -> Places:
    """Offices and cafés have heavy-tailed sizes; a campus is an office of students."""
    people = census.people
    rhythm = _rhythms(rng, census)
    workers = np.isin(rhythm, (WORKER, SHIFTS))
    offices = max(2, int(workers.sum()) // 10)
    campuses = max(1, int((rhythm == COLLEGIAN).sum()) // 600)
    office = choose(rng, rng.pareto(1.1, offices) + 1, people)
    office = np.where(rhythm == COLLEGIAN, offices + rng.integers(0, campuses, people), office)
    office[~workers & (rhythm != COLLEGIAN)] = -1
    home = census.household_home[census.person_household]
    each = max(1, people // (homes.areas * 30))
    cafe = homes.area[home][:, None] * each + choose(rng, 1 / np.arange(1, each + 1), people * 2).reshape(-1, 2)
    return Places(
        rhythm,
        office,
        cafe,
        rng.integers(0, CARRIERS, people),
        max(1, people // (CARRIERS * GATEWAY)),
    )


def _rhythms(rng: Rng, census: Census) -> Ints:
    table = np.zeros((4, 5))
    table[CHILD, PUPIL] = table[TEEN, PUPIL] = table[ELDER, AT_HOME] = 1
    table[ADULT] = (0.62, 0, 0.03, 0.23, 0.12)
    rhythm = choose_rows(rng, table[census.age])
    rhythm[census.relation == STUDENT] = COLLEGIAN
    rhythm[census.relation == STAFF] = AT_HOME
    return rhythm


def _hours(*spans: tuple[int, float]) -> Floats:
    """24 values from (until hour, value) spans."""
    return np.array([next(v for until, v in spans if h < until) for h in range(24)])


_EVENINGS = _hours(
    (1, 0.6), (6, 0.06), (8, 0.6), (9, 0.8), (12, 0.5), (14, 0.9), (18, 0.5), (19, 0.9), (23, 1.6), (24, 1.1)
)
_WEEKEND = _hours((1, 0.7), (7, 0.06), (9, 0.5), (12, 1.0), (18, 0.9), (23, 1.3), (24, 1.0))
_PUPIL = _hours((6, 0.02), (8, 0.4), (12, 0.05), (13, 0.3), (16, 0.08), (18, 0.9), (22, 1.5), (23, 0.4), (24, 0.1))
_EARLY = _hours((5, 0.03), (7, 0.7), (11, 1.1), (14, 0.7), (20, 1.1), (22, 0.8), (24, 0.1))
_NIGHT = _hours((3, 0.6), (8, 0.3), (13, 0.3), (24, 1.0))
# How likely each hour is for a sighting, by rhythm, on weekdays and on weekends.
USE = np.array([[_EVENINGS, _PUPIL, _EVENINGS, _EARLY, _NIGHT], [_WEEKEND, _WEEKEND, _WEEKEND, _EARLY, _NIGHT]])

_IN = _hours((7, 0.97), (8, 0.85), (9, 0.35), (18, 0.06), (19, 0.4), (20, 0.7), (24, 0.9))
_LEISURE = _hours((9, 0.95), (11, 0.8), (18, 0.6), (20, 0.7), (24, 0.88))
_SCHOOL = _hours((7, 0.98), (8, 0.6), (16, 0.03), (17, 0.5), (24, 0.95))
_CAMPUS = _hours((8, 0.97), (12, 0.35), (14, 0.55), (18, 0.4), (21, 0.65), (24, 0.94))
_INDOORS = _hours((8, 0.98), (11, 0.72), (17, 0.8), (24, 0.96))
_TURNS = _hours((7, 0.55), (20, 0.75), (24, 0.6))
IS_HOME = np.array([[_IN, _SCHOOL, _CAMPUS, _INDOORS, _TURNS], [_LEISURE, _LEISURE, _LEISURE, _INDOORS, _TURNS]])
# Of the time away from home, the share at the office or on the campus.
AT_WORK = np.array([[0.85, 0.0, 0.75, 0.0, 0.8], [0.06, 0.0, 0.35, 0.0, 0.5]])
