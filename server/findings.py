"""What is learnt from a whole population, and what is judged by it: pure, and the same for all and for some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.journeys import Trade
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
    """What a full run fitted: how touches lead to purchases, and what people buy and use."""

    model: Model
    habits: Habits

    def dumps(self) -> list[str]:
        """Both as JSON, to four significant digits."""
        return [models.dumps(self.model), models.dumps(self.habits)]


def loads(texts: Sequence[str] | None) -> Learnt | None:
    """Read what `dumps` wrote; None for nothing, and for what another version wrote."""
    try:
        model, habits = texts or ()
        return Learnt(models.loads(model), read_habits(habits))
    except (KeyError, TypeError, ValueError):
        return None


def find(trade: Trade, names: Names, learnt: Learnt) -> Found:
    """Judge a trade by what was learnt before."""
    evidence = gather(trade)
    model = learnt.model.of(names.categories)
    judged = judge(trade, evidence, model)
    found = cells(trade, evidence, judged, model)
    roles = decide(found, learnt.habits.of(learnt.model.categories, names.categories))
    return Found(trade, names, evidence, steps(trade, evidence, judged), found, roles)


def find_and_learn(trade: Trade, names: Names) -> tuple[Found, Learnt]:
    """Judge a trade by what is learnt from itself: as it will be stored, so that a later run says the same."""
    evidence = gather(trade)
    model = models.loads(models.dumps(fit(trade, evidence, names.categories)))
    judged = judge(trade, evidence, model)
    found = cells(trade, evidence, judged, model)
    known = read_habits(models.dumps(habits(found, trade.categories)))
    parts = steps(trade, evidence, judged), found, decide(found, known)
    return Found(trade, names, evidence, *parts), Learnt(model, known)
