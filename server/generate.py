"""Write the files that are generated from the code, or check that the committed ones are current."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from server import model, queries

ROOT = Path(__file__).parent.parent


def files() -> Mapping[Path, str]:
    """Each generated file with the text it should have."""
    from server.api.schema import sdl

    return {
        ROOT / "cypher" / "schema.cypher": model.schema(),
        ROOT / "docs" / "model.md": model.page(),
        ROOT / "docs" / "queries.md": queries.page(),
        ROOT / "server" / "api" / "schema.graphql": sdl(),
    }


def stale() -> Mapping[Path, str]:
    """The generated files whose committed text is not what the code says, with the text that it does say."""
    return {path: text for path, text in files().items() if not path.exists() or path.read_text("utf-8") != text}


def main() -> None:
    """Write all; with --check only say which are stale, and fail when one is."""
    old = stale()
    if "--check" in sys.argv:
        sys.exit("\n".join(f"{path.relative_to(ROOT)} is stale: run `make generate`" for path in old) or 0)
    for path, text in old.items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
