"""What detection reads around some accounts is what it reads of everything, once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from server.db.database import Database
from server.detect import read
from server.settings import Settings
from tests.datasets import everything, ingest, write


async def test_a_group_of_several_accounts_comes_once(
    db: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ingest(db, write(tmp_path / "data", everything()), settings)
    monkeypatch.setattr(read, "MANY", 1)
    whole, around = await read.groups(db), await read.groups_of(db, ["ann", "bob", "cy"])
    assert around.names(np.arange(len(around))) == whole.names(np.arange(len(whole)))
    assert around.member.tolist() == whole.member.tolist()
