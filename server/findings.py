"""What is learnt from a whole population, and what is judged by it: pure, and the same for all and for some."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from server.journeys import DAY, WINDOW, Ints, Trade
from server.paths import model as models
from server.paths.evidence import Evidence, gather
from server.paths.fit import fit
from server.paths.judge import judge
from server.paths.model import Model
from server.paths.steps import Steps, steps
from server.roles.cells import Cells, cells
from server.roles.decide import Roles, decide
from server.roles.habits import Habits, habits
from server.roles.habits import loads as read_habits
from server.trades import Names


@dataclass(frozen=True)
class Found:
    """All that was judged of a trade."""

    trade: Trade
    names: Names
    evidence: Evidence
    steps: Steps
    cells: Cells
    roles: Roles


@dataclass(frozen=True)
class Learnt:
    """What a full run fitted: how touches lead to purchases, and what people buy and use.

    `windows` has days by category, where a path may begin later than WINDOW before its purchase; spending is counted
    in `currency`.
    """

    model: Model
    habits: Habits
    windows: Mapping[str, float]
    currency: str

    def dumps(self) -> list[str]:
        """All as JSON, to four significant digits."""
        return [models.dumps(self.model), models.dumps(self.habits), json.dumps(dict(self.windows)), self.currency]


def loads(texts: Sequence[str] | None) -> Learnt | None:
    """Read what `dumps` wrote; None for nothing, and for what another version wrote."""
    try:
        model, habits, windows, currency = texts or ()
        return Learnt(models.loads(model), read_habits(habits), json.loads(windows), currency)
    except (KeyError, TypeError, ValueError):
        return None


def find(trade: Trade, names: Names, learnt: Learnt) -> Found:
    """Judge a trade by what was learnt before."""
    evidence = gather(trade)
    model = learnt.model.of(names.categories)
    judged = judge(trade, evidence, model)
    found = cells(trade, evidence, judged, model)
    roles = decide(found, learnt.habits.of(learnt.model.categories, names.categories))
    path = steps(trade, evidence, judged, window=_seconds(learnt.windows, names))
    return Found(trade, names, evidence, path, found, roles)


def find_and_learn(trade: Trade, names: Names, windows: Mapping[str, float]) -> tuple[Found, Learnt]:
    """Judge a trade by what is learnt from itself: as it will be stored, so that a later run says the same."""
    evidence = gather(trade)
    model = models.loads(models.dumps(fit(trade, evidence, names.categories)))
    judged = judge(trade, evidence, model)
    found = cells(trade, evidence, judged, model)
    known = read_habits(models.dumps(habits(found, trade.categories)))
    path = steps(trade, evidence, judged, window=_seconds(windows, names))
    learnt = Learnt(model, known, windows, names.currency)
    return Found(trade, names, evidence, path, found, decide(found, known)), learnt


def _seconds(windows: Mapping[str, float], names: Names) -> Ints:
    """By category, how long before a purchase a path may begin."""
    return np.array([int(windows.get(name, WINDOW / DAY) * DAY) for name in names.categories], dtype=np.int64)
