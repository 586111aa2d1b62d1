"""What a run of detection costs per account, by how many accounts there are: an SVG from the stored results."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import RESULTS

WIDTH, HEIGHT, EDGE = 420, 240, 56
PLOT = RESULTS.parents[1] / "docs" / "images" / "detection-cost.svg"
STAGES = {"total": "#1b6ca8", "reading": "#2a9d64", "weighing": "#c8553d", "writing": "#8e5ea2"}


def cost_curve(profile: str, density: float) -> None:
    """Draw the results of one profile and density that bench_detect has left, when there are several sizes."""
    found = [json.loads(path.read_text("utf-8")) for path in RESULTS.glob(f"detect-{profile}-*.json")]
    costs = {
        one["simulated"]["accounts"]: one["ours"]["seconds"] for one in found if one["simulated"]["density"] == density
    }
    if len(costs) > 1:
        draw(costs, PLOT)


def draw(costs: Mapping[int, Mapping[str, float]], path: Path) -> None:
    """Draw seconds per 100,000 accounts for each stage; `costs` has the seconds of the stages by accounts."""
    sizes = sorted(costs)
    each = {stage: [1e5 * costs[size].get(stage, 0) / size for size in sizes] for stage in STAGES}
    top = max(map(max, each.values())) * 1.1
    low, high = math.log10(sizes[0]), math.log10(sizes[-1])

    def at(size: int, value: float) -> str:
        across = (math.log10(size) - low) / (high - low)
        return f"{EDGE + across * WIDTH:.1f},{EDGE + (1 - value / top) * HEIGHT:.1f}"

    lines = "".join(
        f'<polyline fill="none" stroke="{STAGES[stage]}" stroke-width="2" '
        f'points="{" ".join(map(at, sizes, values))}"/>'
        f'<text x="{EDGE + WIDTH + 6}" y="{float(at(sizes[-1], values[-1]).split(",")[1]) + 4:.1f}" '
        f'fill="{STAGES[stage]}">{stage} {values[-1]:.1f}</text>'
        for stage, values in each.items()
    )
    ticks = "".join(
        f'<text x="{at(size, 0).split(",")[0]}" y="{EDGE + HEIGHT + 18}" text-anchor="middle">{size:,}</text>'
        for size in sizes
    )
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 2 * EDGE + 60} {HEIGHT + 2 * EDGE}" '
        f'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
        f'<rect x="{EDGE}" y="{EDGE}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#888"/>{ticks}{lines}'
        f'<text x="{EDGE}" y="{EDGE - 12}">seconds per 100,000 accounts, from nothing to written households '
        f"(simulated)</text>"
        f'<text x="{EDGE - 6}" y="{EDGE + 10}" text-anchor="end">{top:.0f}</text>'
        f'<text x="{EDGE - 6}" y="{EDGE + HEIGHT}" text-anchor="end">0</text>'
        f'<text x="{EDGE + WIDTH / 2}" y="{EDGE + HEIGHT + 38}" text-anchor="middle">accounts</text></svg>\n',
        "utf-8",
    )
