"""Real proximity contacts of 75 people in five rural households in Kenya, as `interactions`.

Kiti et al., Quantifying social contacts in a household setting of rural Kenya using wearable proximity sensors,
EPJ Data Science 5:21 (2016), published through SocioPatterns under CC0. Columns h1 m1 h2 m2 name household and
member of both sides: the household goes into the truth alone, and the account ids tell nothing of it.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

WITHIN = Path(__file__).parent / "scc2034_kilifi_all_contacts_within_households.csv.gz"
ACROSS = Path(__file__).parent / "scc2034_kilifi_all_contacts_across_households.csv"

# The data counts its days from 1 and names no date; these three, in Kenya's time, stand for them, so that the
# contacts are as recent as the other samples.
DAYS = {"1": "2026-05-13", "2": "2026-05-14", "3": "2026-05-15"}
GENDERS = {"F": "female", "M": "male"}

Person = tuple[str, str]


def build(out: Path) -> None:
    """Write accounts, interactions and truth into `out`, which is made if need be.

    An interaction is a `co_view`, the kind nearest to being close; its count is how many contacts the hour had.
    The sensors' age classes are not Hearth's age bands and stay out.
    """
    out.mkdir(parents=True, exist_ok=True)
    genders: dict[Person, str] = {}
    hours: Counter[tuple[str, str, str]] = Counter()
    for row in _contacts():
        one, other = (row["h1"], row["m1"]), (row["h2"], row["m2"])
        genders |= {one: GENDERS[row["sex1"]], other: GENDERS[row["sex2"]]}
        pair = sorted((account(one), account(other)))
        hours[(pair[0], pair[1], f"{DAYS[row['day']]}T{int(row['hour']):02}:00:00+03:00")] += 1
    people = sorted(genders, key=account)
    _write(
        out / "accounts.csv", ("account_id", "platform", "gender"), [(account(p), "kenya", genders[p]) for p in people]
    )
    _write(
        out / "interactions.csv",
        ("from_account", "to_account", "at", "kind", "count"),
        [(*key, "co_view", count) for key, count in sorted(hours.items(), key=lambda item: (item[0][2], item[0]))],
    )
    _write(out / "truth.csv", ("account_id", "household_id"), [(account(p), f"kenya-{p[0]}") for p in people])


def account(person: Person) -> str:
    """Return an id that says nothing about the household."""
    return "kenya-" + hashlib.sha256("/".join(person).encode()).hexdigest()[:8]


def _contacts() -> Iterator[dict[str, str]]:
    with gzip.open(WITHIN, "rt", encoding="utf-8", newline="") as within:
        yield from csv.DictReader(within)
    with ACROSS.open(encoding="utf-8", newline="") as across:
        yield from csv.DictReader(across)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
