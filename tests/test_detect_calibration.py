"""On cities that nobody fitted anything on: confidence is a probability, and hubs, flats and guests join few."""

from __future__ import annotations

import pytest

from benchmarks.worlds import read, world
from server.detect import model
from server.detect.decide import decide
from server.detect.evidence import gather
from server.detect.read import CAP
from server.evaluate import Evaluation, measure


@pytest.fixture(scope="module", params=[("city", 951, 3000), ("tower", 952, 3000), ("movers", 953, 3000)])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """How good the households of a simulated world are."""
    one = read(world(tmp_path_factory.mktemp("worlds"), *request.param), CAP)
    households = decide(gather(one.groups), one.traits, model.load())[0]
    sure = {
        (member.account, str(number)): member.confidence
        for number, home in enumerate(households)
        for member in home.members
    }
    homes: dict[str, set[str]] = {}
    for account, home in sure:
        homes.setdefault(account, set()).add(home)
    return measure(homes, one.truth, sure)


def test_confidence_is_a_probability(found: Evaluation) -> None:
    assert found.calibration_error < 0.06


def test_what_is_joined_is_mostly_right(found: Evaluation) -> None:
    assert found.pairwise.precision > 0.88
    assert found.pairwise.f1 > 0.75


def test_nothing_chains(found: Evaluation) -> None:
    assert found.largest_household <= 2 * found.largest_true_household
