"""How well the detected households match a known truth: pairwise, B-cubed, exact households, calibration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path

from server.db.database import Database, python_time
from server.errors import DataError
from server.ingest.blocks import DamagedError
from server.ingest.files import opened
from server.ingest.format import FORMS, Column, Table
from server.ingest.read import read

TRUTH = Table(
    "truth",
    (
        Column("account_id", "id", required=True),
        Column("household_id", "id", required=True),
        Column("from", "time"),
        Column("until", "time"),
    ),
)
BINS = 10

Homes = Mapping[str, AbstractSet[str]]  # account → households


@dataclass(frozen=True)
class Rates:
    """Precision, recall and their harmonic mean, each from 0 to 1; 1 where there is nothing to get wrong."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Bin:
    """Memberships of like confidence: how many, their mean confidence, and the share that is right."""

    count: int
    confidence: float
    correct: float


@dataclass(frozen=True)
class Evaluation:
    """All measures over the accounts of the truth; `outside` counts detected pairs with an account that has none."""

    accounts: int
    pairwise: Rates
    bcubed: Rates
    exact_households: float
    calibration_error: float
    calibration: list[Bin]
    largest_household: int
    largest_true_household: int
    outside: int


async def evaluate(db: Database, truth: Path) -> Evaluation:
    """Compare the households in the graph with those of a truth file at the time of the latest run."""
    run = await db.read_one("export.latest")
    rows = [row async for row in db.read("export.households")]
    found: dict[str, set[str]] = defaultdict(set)
    confidence = {}
    for row in rows:
        found[row["account_id"]].add(row["household_id"])
        confidence[row["account_id"], row["household_id"]] = float(row["confidence"])
    return measure(found, read_truth(truth, run["as_of"] if run else None), confidence)


def read_truth(path: Path, as_of: str | None) -> dict[str, set[str]]:
    """Read which account lived where at `as_of`, an ISO time; None takes all rows.

    Raises DataError when the file is missing, of an unknown form, lacks account_id or household_id,
    or has no row for then.
    """
    form = next((form for form in FORMS if path.name.endswith(form)), "")
    if not path.is_file() or not form:
        raise DataError(f"{path.name} is not a file of truth", "Name a truth file: .csv, .csv.gz, .ndjson or .parquet.")
    moment = python_time(as_of) if as_of else None
    homes: dict[str, set[str]] = defaultdict(set)
    for line, row in _rows(path, form):
        if not (row["account_id"] and row["household_id"]):
            raise DataError(f"{path.name}:{line} lacks account_id or household_id")
        try:
            holds = moment is None or _holds(row, moment)
        except ValueError as error:
            raise DataError(f"{path.name}:{line} has a time that is none", "Use ISO 8601.") from error
        if holds:
            homes[row["account_id"]].add(row["household_id"])
    if not homes:
        raise DataError(f"{path.name} says of nobody where they lived", f"As of {as_of}, no row of it holds.")
    return homes


def _rows(path: Path, form: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a truth file with their lines, read as loads read: only so are ids the same as in the graph."""
    try:
        source = opened(TRUTH, path, form)
        if missing := set(TRUTH.required) - set(source.columns):
            raise DataError(f"{path.name}:1: a truth file needs the column {' and '.join(sorted(missing))}")
        for batch in read(source):
            for line, reason in batch.rejects:
                raise DataError(f"{path.name}:{line}: {reason}")
            for row in batch.rows.to_pylist():
                yield row.pop("line"), row
    except DamagedError as error:
        hint = f"Is it {form.lstrip('.')} in UTF-8, with commas?"
        raise DataError(f"{path.name} cannot be read as a truth file: {error.reason}", hint) from error


def _holds(row: Mapping[str, str], moment: datetime) -> bool:
    """Whether a row of truth, from inclusive and until exclusive, holds at a moment."""
    begins, ends = (_time(row[name], moment) for name in ("from", "until"))
    return (begins is None or begins <= moment) and (ends is None or moment < ends)


def _time(text: str | None, moment: datetime) -> datetime | None:
    if not text:
        return None
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=moment.tzinfo)


def measure(found: Homes, truth: Homes, confidence: Mapping[tuple[str, str], float]) -> Evaluation:
    """Measure found households against the true ones; confidence is per (account, found household)."""
    detected, true = _households(found), _households(truth)
    known = set(truth)
    inside = _pairs([members & known for members in detected.values()])
    right = _pairs(true.values())
    bins = calibrate(
        (chance, _share(account, detected[home] & known, right))
        for (account, home), chance in confidence.items()
        if account in known and len(detected[home] & known) > 1
    )
    total = sum(bin_.count for bin_ in bins)
    several = {frozenset(members) for members in true.values() if len(members) > 1}
    same = several & {frozenset(members & known) for members in detected.values()}
    return Evaluation(
        accounts=len(known),
        pairwise=_rates(len(inside & right), len(inside), len(right)),
        bcubed=_bcubed(inside, right, known),
        exact_households=round(len(same) / len(several), 4) if several else 1.0,
        calibration_error=round(sum(b.count * abs(b.confidence - b.correct) for b in bins) / total, 4)
        if total
        else 0.0,
        calibration=bins,
        largest_household=max((len(members) for members in detected.values()), default=0),
        largest_true_household=max((len(members) for members in true.values()), default=0),
        outside=len(_pairs(members for members in detected.values() if members & known)) - len(inside),
    )


def calibrate(claims: Iterable[tuple[float, float]]) -> list[Bin]:
    """Sort (confidence, share that is right) into ten equal bins by confidence; empty bins are left out."""
    bins: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for chance, correct in claims:
        bins[min(int(chance * BINS), BINS - 1)].append((chance, correct))
    return [
        Bin(len(rows), round(sum(c for c, _ in rows) / len(rows), 4), round(sum(r for _, r in rows) / len(rows), 4))
        for _, rows in sorted(bins.items())
    ]


def _households(homes: Homes) -> dict[str, set[str]]:
    households: dict[str, set[str]] = defaultdict(set)
    for account, own in homes.items():
        for household in own:
            households[household].add(account)
    return households


def _pairs(groups: Iterable[AbstractSet[str]]) -> set[tuple[str, str]]:
    return {pair for members in groups for pair in combinations(sorted(members), 2)}


def _share(account: str, members: AbstractSet[str], right: AbstractSet[tuple[str, str]]) -> float:
    others = members - {account}
    return sum((min(account, other), max(account, other)) in right for other in others) / len(others)


def _rates(hits: int, claimed: int, wanted: int) -> Rates:
    precision = hits / claimed if claimed else 1.0
    recall = hits / wanted if wanted else 1.0
    return _harmonic(precision, recall)


def _harmonic(precision: float, recall: float) -> Rates:
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Rates(round(precision, 4), round(recall, 4), round(f1, 4))


def _bcubed(
    found: AbstractSet[tuple[str, str]], right: AbstractSet[tuple[str, str]], accounts: Sequence[str] | set[str]
) -> Rates:
    """Bagga and Baldwin, Entity-Based Cross-Document Coreferencing Using the Vector Space Model (1998)."""
    own = {name: dict.fromkeys(accounts, 1) for name in ("found", "right", "both")}
    for name, pairs in (("found", found), ("right", right), ("both", found & right)):
        for pair in pairs:
            for account in pair:
                own[name][account] += 1
    if not accounts:
        return Rates(1.0, 1.0, 1.0)
    precision = sum(own["both"][a] / own["found"][a] for a in accounts) / len(accounts)
    recall = sum(own["both"][a] / own["right"][a] for a in accounts) / len(accounts)
    return _harmonic(precision, recall)
