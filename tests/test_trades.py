"""What was bought and touched, as it comes from the graph; and who must be looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from server import behaviour, trades
from server.db.database import Database
from server.detect.keep import Shelf
from server.detect.run import detect
from server.errors import DataError
from server.journeys import ACTIONS
from server.settings import Settings
from tests.api_graphs import ask
from tests.conftest import quiet, run
from tests.datasets import MAY, DataSet, Row, accounts, binding, everything, ingest, order, touch, write

PAID = (("ann", "EUR"), ("ann", "EUR"), ("bob", "USD"))


async def test_touches_of_one_moment_keep_one_order(db: Database, settings: Settings, tmp_path: Path) -> None:
    """Whichever of them was loaded first."""
    for number, (first, then) in enumerate((("cart", "search"), ("search", "cart"))):
        rows = [touch("ann", first), touch("bob", then)]
        await ingest(
            db, write(tmp_path / str(number) / "data", {"accounts": accounts("ann", "bob"), "touches": rows}), settings
        )
    trade, _ = await trades.read(db, ["ann", "bob"])
    actions = [(int(who), ACTIONS[what]) for who, what in zip(trade.touches.account, trade.touches.action, strict=True)]
    assert actions == [(0, "cart"), (0, "search"), (1, "cart"), (1, "search")]


async def test_a_run_around_some_counts_the_currency_of_all(db: Database, settings: Settings, tmp_path: Path) -> None:
    rows = [order(f"p{n}", who, amount=5, currency=paid) for n, (who, paid) in enumerate(PAID)]
    await ingest(db, write(tmp_path / "data", {"accounts": accounts("ann", "bob"), "purchases": rows}), settings)
    _, names = await trades.read(db, ["ann", "bob"])
    assert names.currency == "EUR"
    alone, _ = await trades.read(db, ["bob"], names.currency)
    assert alone.purchases.amount.sum() == 0


async def test_members_of_a_household_that_begins_are_looked_at(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    rows = {"accounts": accounts("ann", "bob", "cy"), "bindings": [binding()], "touches": [touch("cy")]}
    await ingest(db, write(tmp_path / "data", rows), settings)
    await behaviour.refresh(db, quiet)
    assert await run(db, "MATCH (a:Stirred) RETURN a.id AS id") == []
    await detect(db, say=quiet, shelf=Shelf(tmp_path))
    assert await run(db, "MATCH (a:Stirred) RETURN a.id AS id ORDER BY id") == [{"id": "ann"}, {"id": "bob"}]


@pytest.mark.parametrize("some", [{"touches": [touch()]}, {"purchases": [order()]}])
async def test_purchases_alone_or_touches_alone_are_enough(
    db: Database, settings: Settings, tmp_path: Path, some: dict[str, list[Row]]
) -> None:
    await ingest(db, write(tmp_path / "data", {"accounts": accounts("ann"), **some}), settings)
    assert (await behaviour.refresh(db, quiet)).led == 0


async def test_nothing_bought_or_touched_says_what_to_do(db: Database) -> None:
    for _ in range(2):
        with pytest.raises(DataError, match="Nothing has been bought"):
            await behaviour.refresh(db, quiet)


async def marked(db: Database, label: str) -> set[str]:
    """Who has a mark; takes it away."""
    found = {str(row["id"]) for row in await run(db, f"MATCH (a:{label}) RETURN a.id AS id")}
    await run(db, f"MATCH (a:{label}) REMOVE a:{label}")
    return found


async def marks(
    db: Database, loads: Sequence[DataSet], settings: Settings, folder: Path
) -> list[tuple[set[str], set[str]]]:
    """Who is marked by each of several loads, for detection and for roles, where both ran before."""
    await run(db, "CREATE (:Detection {id: 'detection'}), (:Behaviour {id: 'behaviour'})")
    seen = []
    for number, data in enumerate(loads):
        await ingest(db, write(folder / str(number) / "data", data), settings)
        seen.append((await marked(db, "Changed"), await marked(db, "Stirred")))
    return seen


async def test_what_is_said_again_is_not_marked(db: Database, settings: Settings, tmp_path: Path) -> None:
    people = accounts("ann", "bob", "cy")

    def later(name: str, row: Row) -> DataSet:
        return {"accounts": people, name: [row]}

    loads = [
        everything(),
        everything(),
        later("bindings", binding("cy", "ann", "parental_control", ended_at=MAY.format(20, "10:00:00"))),
        later("bindings", binding("cy", "ann", "parental_control", ended_at=MAY.format(21, "10:00:00"))),
        later("purchases", order("p1", quantity=1)),
        later("purchases", order("p1", product="eggs", quantity=6)),
        later("purchases", order("p1", product="rice")),
        later("purchases", order("p3", "bob", currency="EUR")),
        later("purchases", order("p3", "bob", recipient_account="ann")),
    ]
    seen = await marks(db, loads, settings, tmp_path)
    assert [people for people, _ in seen[1:5]] == [set(), {"ann", "cy"}, set(), set()]
    assert [people for _, people in seen[1:]] == [set(), set(), set(), set(), {"ann"}, {"ann"}, {"bob"}, {"bob"}]


async def test_what_changes_for_runs_is_marked(db: Database, settings: Settings, tmp_path: Path) -> None:
    """What was never said and is now, another channel, and a category that a product gets later."""
    at = MAY.format(3, "12:00:00")
    people, buys = accounts("ann", "bob", "cy"), [order("p1", "ann", "milk", category="food", at=at)]
    touches = [touch("bob", at=at, product_id="milk"), touch("cy", at=at, category="toys", channel="web")]
    loads: list[DataSet] = [
        {"accounts": people, "purchases": buys, "touches": touches},
        {"accounts": [{"account_id": "bob", "age_band": "teen"}]},
        {"accounts": [{"account_id": "bob", "age_band": "teen"}]},
        {"accounts": people, "touches": [touch("cy", at=at, category="toys", channel="app")]},
        {"accounts": people, "purchases": [order("p2", "cy", "milk", category="snacks", at=at)]},
    ]
    seen = await marks(db, loads, settings, tmp_path)
    assert seen[1:3] == [({"bob"}, {"bob"}), (set(), set())]
    assert seen[3][1] == {"cy"}
    assert seen[4][1] == {"ann", "bob", "cy"}


async def test_an_order_in_two_categories_is_one_conversion(db: Database, settings: Settings, tmp_path: Path) -> None:
    """Over all categories; in each of them it is one too."""
    at = MAY.format(3, "10:30:00")
    rows = [order("p1", product=name, category=name, at=at) for name in ("food", "toys")]
    touches = [
        touch("bob", "share", MAY.format(3, "10:00:00"), category="toys", product_id="toys"),
        *(
            touch("ann", "cart", MAY.format(3, f"10:{n}:00"), category=c, product_id=c)
            for n, c in ((20, "food"), (25, "toys"))
        ),
    ]
    people = {"accounts": accounts("ann", "bob"), "bindings": [binding()]}
    await ingest(db, write(tmp_path / "data", {**people, "purchases": rows, "touches": touches}), settings)
    await detect(db, say=quiet, shelf=Shelf(tmp_path))
    assert (await behaviour.refresh(db, quiet)).led == 1
    stats = "query($of: String) { conversionStats(category: $of, groupBy: MONTH) { purchases crossAccount } }"
    credit = "query($of: String, $by: AttributionModel!) { attribution(category: $of, model: $by) { who credit } }"
    for category, cross in ((None, 1), ("food", 0), ("toys", 1)):
        found = (await ask(db, stats, {"of": category}))["conversionStats"]
        assert [(one["purchases"], one["crossAccount"]) for one in found] == [(1, cross)]
        for model in ("FIRST", "LINEAR", "MARKOV"):
            earned = (await ask(db, credit, {"of": category, "by": model}))["attribution"]
            assert sum(one["credit"] for one in earned) == pytest.approx(1)
    (first,) = (await ask(db, credit, {"by": "FIRST"}))["attribution"]
    assert first["who"] == "other unknown"
