"""One person's credits are those of ChannelAttribution, where that package is installed (GPL, tests only)."""

from __future__ import annotations

from typing import Any

import pytest

from server.paths.attribution import Path, first_touch, last_touch, linear, markov

peer: Any = pytest.importorskip("ChannelAttribution", exc_type=ImportError)
frames: Any = pytest.importorskip("pandas")

WON = {"view > cart": 10, "share > cart > cart": 25, "view > share": 12, "cart": 5}
LOST = {"view > cart": 6, "view": 30, "view > share": 22, "share": 9}


def paths(counts: dict[str, int]) -> list[Path]:
    """The same paths as ours: one player per channel."""
    return [[((name,), 0.0) for name in text.split(" > ")] for text, count in counts.items() for _ in range(count)]


@pytest.fixture(scope="module")
def table() -> Any:
    """The same paths as its: one row per path with how many were won and lost."""
    names = sorted({*WON, *LOST})
    counts = {"conv": [WON.get(name, 0) for name in names], "null": [LOST.get(name, 0) for name in names]}
    return frames.DataFrame({"path": names, **counts})


@pytest.mark.parametrize("model", [first_touch, last_touch, linear])
def test_heuristics_agree(table: Any, model: Any) -> None:
    name = {"first_touch": "first_touch", "last_touch": "last_touch", "linear": "linear_touch"}[model.__name__]
    found = peer.heuristic_models(table, "path", "conv", flg_pro=False).set_index("channel_name")[name]
    assert {player: credit for (player,), credit in model(paths(WON)).items()} == pytest.approx(
        {player: credit for player, credit in found.items() if credit}
    )


def test_removal_effects_agree_within_its_simulation(table: Any) -> None:
    given = {"var_null": "null", "order": 1, "verbose": False, "flg_pro": False, "seed": 1, "conv_par": 0.01}
    found = peer.markov_model(table, "path", "conv", **given).set_index("channel_name")["total_conversions"]
    ours = {player: credit for (player,), credit in markov(paths(WON), paths(LOST)).items()}
    assert ours == pytest.approx(found.to_dict(), abs=0.01 * sum(WON.values()))
