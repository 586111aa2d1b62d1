"""What detection reads around some accounts is what it reads of everything, once."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks import worlds
from benchmarks.worlds import world
from server.db.database import Database
from server.detect import read, run
from server.detect.evidence import gather
from server.detect.features import pair_features
from server.detect.traits import humans
from server.settings import Settings
from tests.datasets import everything, ingest, write


async def test_a_group_of_several_accounts_comes_once(db: Database, settings: Settings, tmp_path: Path) -> None:
    await ingest(db, write(tmp_path / "data", everything()), settings)
    names = ["ann", "bob", "cy"]
    whole, (around, crowds) = await read.groups(db), await read.around(db, names)
    assert not crowds
    assert around.names(np.arange(len(around))) == whole.names(np.arange(len(whole)))
    assert around.member.tolist() == whole.member.tolist()


async def test_benches_read_of_files_what_loads_make_of_them(db: Database, settings: Settings, tmp_path: Path) -> None:
    folder = world(tmp_path, "city", 3, accounts=300)
    await ingest(db, folder, settings)
    apart, end = worlds.read(folder, read.CAP), run.far_east(str(await run.latest(db)))
    ours, theirs = (gather(groups, end) for groups in (await read.groups(db), apart.groups))
    people = humans(await read.traits(db), ours.groups.accounts), humans(apart.traits, theirs.groups.accounts)
    assert ours.groups.accounts == theirs.groups.accounts
    np.testing.assert_array_equal(pair_features(ours, people[0]), pair_features(theirs, people[1]))


async def test_the_older_household_is_older_whatever_the_clock(db: Database) -> None:
    at = {"young": "2026-05-01T09:00:00Z", "old": "2026-05-01T10:00:00+08:00"}
    for name, created in at.items():
        await db.run(f"CREATE (:Household {{id: '{name}', createdAt: datetime('{created}')}})")
    assert [home.id for home in (await read.standing(db))[0]] == ["old", "young"]
