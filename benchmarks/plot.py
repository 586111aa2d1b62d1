"""A calibration plot as SVG, drawn by hand: no library for a few dots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from server.evaluate import Bin, Evaluation

SIDE, EDGE = 360, 50
COLOURS = ("#1b6ca8", "#c8553d", "#2a9d64", "#8e5ea2", "#b8860b")


def calibration_plot(results: Mapping[str, Sequence[Evaluation]], path: Path) -> None:
    """Draw for each profile which share of memberships of like confidence is right; the size of a dot is how many."""
    diagonal_plot({name: [one for result in of for one in result.calibration] for name, of in results.items()}, path)


def diagonal_plot(bins: Mapping[str, Sequence[Bin]], path: Path) -> None:
    """Draw for each name which share of what is held to be so probable is right."""
    body = "".join(
        _series(COLOURS[place % len(COLOURS)], name, place, _pooled(of))
        for place, (name, of) in enumerate(bins.items())
    )
    size = SIDE + 2 * EDGE
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" font-family="sans-serif" font-size="12">'
        f'<rect width="{size}" height="{size}" fill="white"/>{_axes()}{body}</svg>\n',
        "utf-8",
    )


def _pooled(bins: Sequence[Bin]) -> list[Bin]:
    """Bins of one tenth of confidence from several worlds, put together."""
    tenths: dict[int, list[Bin]] = {}
    for bin_ in bins:
        tenths.setdefault(min(int(bin_.confidence * 10), 9), []).append(bin_)
    return [_together(tenths[tenth]) for tenth in sorted(tenths)]


def _together(bins: Sequence[Bin]) -> Bin:
    count = sum(bin_.count for bin_ in bins)
    confidence = sum(bin_.count * bin_.confidence for bin_ in bins) / count
    return Bin(count, confidence, sum(bin_.count * bin_.correct for bin_ in bins) / count)


def _at(x: float, y: float) -> tuple[float, float]:
    return round(EDGE + x * SIDE, 1), round(EDGE + (1 - y) * SIDE, 1)


def _axes() -> str:
    ticks = "".join(
        f'<text x="{_at(t / 5, 0)[0]}" y="{EDGE + SIDE + 18}" text-anchor="middle">{t / 5}</text>'
        f'<text x="{EDGE - 8}" y="{_at(0, t / 5)[1] + 4}" text-anchor="end">{t / 5}</text>'
        for t in range(6)
    )
    return (
        f'<rect x="{EDGE}" y="{EDGE}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#888"/>'
        f'<line x1="{EDGE}" y1="{EDGE + SIDE}" x2="{EDGE + SIDE}" y2="{EDGE}" stroke="#bbb" '
        f'stroke-dasharray="4"/>{ticks}'
        f'<text x="{EDGE + SIDE / 2}" y="{2 * EDGE + SIDE - 8}" text-anchor="middle">confidence</text>'
        f'<text x="14" y="{EDGE + SIDE / 2}" text-anchor="middle" '
        f'transform="rotate(-90 14 {EDGE + SIDE / 2})">share that is right (simulated)</text>'
    )


def _series(colour: str, name: str, place: int, bins: Sequence[Bin]) -> str:
    points = [(*_at(bin_.confidence, bin_.correct), min(9.0, 2 + bin_.count**0.5 / 12)) for bin_ in bins]
    line = " ".join(f"{x},{y}" for x, y, _ in points)
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="{r:.1f}" fill="{colour}" fill-opacity="0.7"/>' for x, y, r in points)
    text = f'<text x="{EDGE + 10}" y="{EDGE + 18 + 16 * place}" fill="{colour}">{name}</text>'
    return f'<polyline points="{line}" fill="none" stroke="{colour}"/>{dots}{text}'
