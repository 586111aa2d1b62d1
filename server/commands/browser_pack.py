"""What analysts drop into Neo4j Browser: favourites in folders, a style sheet and a guide, as one `.zip`."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import click

from server.commands.teaching import say, target
from server.queries import FOLDER

BROWSER = FOLDER / "browser"
FOLDERS: Mapping[str, tuple[str, ...]] = {
    "Hearth: households": ("household", "why", "hubs"),
    "Hearth: roles": ("roles", "say", "deciders"),
    "Hearth: paths": ("path", "crossing", "lift"),
    "Hearth: referrals": ("referrers", "cascade", "games"),
}
MORE = ("style.grass", "guide.html")
STAMP = (2026, 1, 1, 0, 0, 0)  # one for all, so that the same files make the same bytes


def pack(to: Path) -> None:
    """Write the `.zip`: each favourite in its folder, the style sheet and the guide beside them."""
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as file:
        for folder, names in FOLDERS.items():
            for name in names:
                _add(file, f"{folder}/{name}.cypher", BROWSER / f"{name}.cypher")
        for name in MORE:
            _add(file, name, BROWSER / name)


def _add(file: zipfile.ZipFile, name: str, path: Path) -> None:
    file.writestr(zipfile.ZipInfo(name, STAMP), path.read_bytes())


@click.command("browser-pack")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("hearth-browser.zip"),
    show_default=True,
    callback=target,
    help="Where to write it.",
)
def browser_pack(out: Path) -> None:
    """Write favourites, colours and a guide for Neo4j Browser.

    Drop the .zip into the favourites drawer of Neo4j Browser; style.grass, which is in it, onto the editor.
    """
    pack(out)
    say(f"Wrote {out}: drop it into the favourites of Neo4j Browser")
