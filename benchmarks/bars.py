"""Bars as SVG, drawn by hand: what each way of choosing reaches, beside the best of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

LINE, LABEL, WIDE = 22, 110, 420
COLOURS = ("#1b6ca8", "#c8553d", "#2a9d64", "#8e5ea2")


def bars(title: str, rows: Sequence[Mapping[str, float]], names: Sequence[str], path: Path) -> None:
    """Draw a bar per way and row, as a share of the best in that row."""
    ways = list(rows[0])
    step = LINE * len(rows) // 2 + 12
    body = "".join(
        _bar(way, place * step + number * LINE // 2, row[way] / max(row.values()), number)
        for place, way in enumerate(ways)
        for number, row in enumerate(rows)
    )
    labels = "".join(
        f'<text x="{LABEL - 8}" y="{58 + place * step + step // 2}" text-anchor="end">{way}</text>'
        for place, way in enumerate(ways)
    )
    keys = "".join(
        f'<text x="{LABEL + 130 * number}" y="36" fill="{COLOURS[number % 4]}">{name}</text>'
        for number, name in enumerate(names)
    )
    high = 60 + step * len(ways)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LABEL + WIDE + 60} {high}" font-family="sans-serif" '
        f'font-size="12"><rect width="{LABEL + WIDE + 60}" height="{high}" fill="white"/>'
        f'<text x="{LABEL}" y="18" font-weight="bold">{title}</text>{keys}{labels}{body}</svg>\n',
        "utf-8",
    )


def _bar(way: str, y: int, share: float, number: int) -> str:
    width = round(share * WIDE, 1)
    return (
        f'<rect x="{LABEL}" y="{50 + y}" width="{width}" height="{LINE // 2 - 1}" fill="{COLOURS[number % 4]}">'
        f"<title>{way}: {share:.0%}</title></rect>"
    )
