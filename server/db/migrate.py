"""The schema and the numbered migrations: applied in order, each once, and recorded in the graph."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from server.db.database import Database
from server.errors import QueryFileError
from server.queries import FOLDER

MIGRATIONS = FOLDER / "migrations"
_NAME = re.compile(r"V\d{4}__[a-z0-9_]+")


@dataclass(frozen=True)
class Migration:
    """One file of `cypher/migrations/`: V0001__words.cypher."""

    id: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, to notice a migration that was edited after it was applied."""
        return hashlib.sha256(self.text.encode()).hexdigest()


async def migrate(db: Database, folder: Path = MIGRATIONS) -> list[str]:
    """Bring the graph to the model: the schema when it has changed, then each migration that was not applied yet.

    Returns the ids of those applied now. Raises QueryFileError when a file is misnamed, shares its number with
    another, or differs from what was applied.
    """
    applied = {row["id"]: row["checksum"] async for row in db.read("migrations.applied")}
    schema = Migration("schema", (FOLDER / "schema.cypher").read_text("utf-8"))
    if applied.get(schema.id) != schema.checksum:
        constraints = re.findall(r"CREATE CONSTRAINT (\w+)", schema.text)
        for orphan in [row["name"] async for row in db.read("migrations.orphans", names=constraints)]:
            await db.run(f"DROP INDEX {orphan}")
        await _apply(db, schema)
        await db.run("CALL db.awaitIndexes(300)")
    fresh = []
    for migration in find(folder):
        if migration.id not in applied:
            await _apply(db, migration)
            fresh.append(migration.id)
        elif applied[migration.id] != migration.checksum:
            raise QueryFileError(f"{migration.id} was applied in another form", "Write a new migration instead.")
    return fresh


async def _apply(db: Database, migration: Migration) -> None:
    for statement in statements(migration.text):
        await db.run(statement)
    await db.write("migrations.record", id=migration.id, checksum=migration.checksum)


def find(folder: Path) -> list[Migration]:
    """Read the migrations of a folder in the order of their numbers."""
    paths = sorted(folder.glob("*.cypher"))
    for path in paths:
        if not _NAME.fullmatch(path.stem):
            raise QueryFileError(f"{path.name}: a migration is named V0001__words.cypher")
    numbers = [path.stem[:5] for path in paths]
    if len(set(numbers)) < len(numbers):
        raise QueryFileError(f"{folder.name}: two migrations have the same number")
    return [Migration(path.stem, path.read_text("utf-8")) for path in paths]


def statements(text: str) -> list[str]:
    """Split a script at the semicolons that end its lines, without its comment lines."""
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//"))
    return [part.strip() for part in re.split(r";[ \t]*(?:\n|$)", code) if part.strip()]
