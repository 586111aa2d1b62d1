"""What is known of a pair in plain words: a sentence for each kind of thing, for who the two are, for their company."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from server.detect.evidence import Evidence
from server.detect.features import holding
from server.detect.groups import BINDING, KINDS, Ints
from server.detect.traits import BANDS

LIKENESS = ("unknown", "different", "the same")
BEST = ("nights", "together", "days", "least")  # by these the thing is chosen that stands for all of its kind
Values = Mapping[str, float | None]
Counts = Mapping[str, int]

SAID: Mapping[str, Callable[[Counts], str]] = {
    "device": lambda best: f"each uses it on {_days(best)} or more, {_at_once(best)}",
    "network": lambda best: f"each is there on {_days(best)} or more, {_at_once(best)}{_nights(best)}",
    "address": lambda best: f"parcels for each on {_days(best)} or more",
    "payment": lambda best: f"each pays with it on {_days(best)} or more",
}


def facts(evidence: Evidence, pair: int, values: Values) -> dict[str, str]:
    """A sentence for each of score.PARTS; `values` are those of the features, by name, None where unknown."""
    rows = np.arange(*evidence.starts[pair : pair + 2])
    kinds = evidence.groups.kind[evidence.group[rows]]
    things = {kind: _things(evidence, kind, rows[kinds == code]) for code, kind in enumerate(KINDS)}
    return things | {"all": _people(values), "household": _company(values)}


def likeness(value: float) -> str:
    """Whether two are the same in something, in a word."""
    return LIKENESS[int(value)]


def ages(value: float) -> str:
    """The age bands of two, from the number that stands for both."""
    return " and ".join(sorted(BANDS[place] or "unknown" for place in divmod(int(value), len(BANDS))))


def _things(evidence: Evidence, kind: str, rows: Ints) -> str:
    if kind == KINDS[BINDING]:
        rows = rows[~holding(evidence, rows)]
    if not rows.size:
        return f"no {kind} in common"
    names = sorted({evidence.groups.details[code] for code in evidence.groups.detail[evidence.group[rows]]} - {""})
    what = f"{kind} ({', '.join(names)})" if names else kind
    best = max(rows.tolist(), key=lambda row: tuple(getattr(evidence, name)[row] for name in BEST))
    counts = {name: int(getattr(evidence, name)[best]) for name in ("size", *BEST)}
    if kind not in SAID:
        return f"{what}: in {_counted(counts['together'], 'hour')}" if counts["together"] else what
    which = "one in common" if rows.size == 1 else f"{rows.size} in common, the best one"
    return f"{what}: {which} used by {counts['size']:,} accounts in all; {SAID[kind](counts)}"


def _people(values: Values) -> str:
    gender = f", {likeness(values['genders'])} gender" if values["genders"] else ""
    seen = _counted(int(values["seen_lower"] or 0), "hour")
    return f"who the two are: {ages(values['ages'] or 0)}{gender}; each seen in {seen} or more"


def _company(values: Values) -> str:
    least, most = values["company_share_lower"], values["company_share_higher"]
    if least is None or most is None:
        return "in the company of others there: they are not near one another"
    return f"in the company of those there: the one has to do with {least:.0%} of them, the other with {most:.0%}"


def _days(best: Counts) -> str:
    return _counted(best["least"], "day")


def _at_once(best: Counts) -> str:
    return f"both at once in {_counted(best['together'], 'hour')}" if best["together"] else "never both at once"


def _nights(best: Counts) -> str:
    return f", on {_counted(best['nights'], 'night')} both at home" if best["nights"] else ""


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
