"""One conversion path of a simulated city as a timeline by member, for docs/paths.md.

    python -m benchmarks.timeline [--cache FOLDER]

Draws the touches of the fortnight before a purchase: those that are judged to have led to it, and the others.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks import worlds
from benchmarks.trades import read
from server.journeys import ACTIONS, BANDS, DAY, Bools, Floats, Trade
from server.paths.evidence import Evidence, gather
from server.paths.fit import fit
from server.paths.judge import judge
from server.paths.steps import LIKELY

PLOT = Path(__file__).parents[1] / "docs" / "images" / "path.svg"
WIDTH, LEFT, LANE = 760, 130, 46
LED, NOT = "#117A65", "#B0B7BC"


def main() -> None:
    """Draw the path with most members, touches that led to nothing among them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, default=worlds.CACHE)
    trade, names = read(worlds.world(parser.parse_args().cache, "city", 1))
    evidence = gather(trade)
    chance = judge(trade, evidence, fit(trade, evidence, names.categories)).probability
    purchase = _richest(trade, evidence, chance >= LIKELY)
    PLOT.write_text(_drawn(trade, evidence, chance, purchase, names.categories), "utf-8")


def _richest(trade: Trade, evidence: Evidence, led: Bools) -> int:
    """The purchase whose path has most people, and at least two touches beside it that led to nothing."""
    rows = evidence.rows
    actor = trade.accounts.actor[trade.touches.account[rows.touch]]
    people = np.unique(np.stack([rows.purchase, actor])[:, led], axis=1)[0]
    count = np.bincount(people, minlength=len(trade.purchases.at))
    idle = np.bincount(rows.purchase[~led], minlength=len(count))
    return int(np.lexsort((idle, idle >= 2, count))[-1])


def _drawn(
    trade: Trade,
    evidence: Evidence,
    chance: Floats,
    purchase: int,
    categories: list[str],
) -> str:
    rows = np.flatnonzero(evidence.rows.purchase == purchase)
    actor = trade.accounts.actor[trade.touches.account[evidence.rows.touch[rows]]]
    buyer = int(trade.accounts.actor[trade.purchases.account[purchase]])
    people = [buyer, *sorted(set(actor.tolist()) - {buyer})]
    height = LANE * (len(people) + 1) + 20
    bands = trade.accounts.band_of_actors()
    category = categories[trade.purchases.category[purchase]]
    body = [_text(10, 22, f"A purchase of {category}, simulated: what led to it (green), and what did not", 13)]
    for lane, person in enumerate(people):
        y = LANE * (lane + 1) + 10
        who = BANDS[bands[person]] or "somebody"
        body.append(_text(10, y + 4, f"{who}, buys" if person == buyer else who, 12))
        body.append(f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - 20}" y2="{y}" stroke="#ddd"/>')
    for row in rows.tolist():
        body.append(_touch(trade, evidence, float(chance[row]), row, people))
    end = LANE + 10
    body.append(f'<rect x="{WIDTH - 26}" y="{end - 7}" width="14" height="14" fill="#C0392B"/>')
    body += [_text(int(_x(day * DAY)) - 8, height - 4, f"{day} d", 11) for day in (0, 2, 4, 6, 8, 10, 12, 14)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">'
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>{"".join(body)}</svg>\n'
    )


def _x(lag: float) -> float:
    """Days before the purchase on a scale of roots, because the last hours matter most."""
    return float(WIDTH - 20 - (WIDTH - 40 - LEFT) * (lag / (14 * DAY)) ** 0.5)


def _touch(trade: Trade, evidence: Evidence, chance: float, row: int, people: list[int]) -> str:
    touch = int(evidence.rows.touch[row])
    x = _x(float(evidence.rows.lag[row]))
    y = LANE * (people.index(int(trade.accounts.actor[trade.touches.account[touch]])) + 1) + 10
    colour = LED if chance >= LIKELY else NOT
    name = ACTIONS[trade.touches.action[touch]]
    return f'<circle cx="{x:.1f}" cy="{y}" r="6" fill="{colour}"/>' + _text(
        int(x) - 14, y - 10, f"{name} {chance:.2f}", 9
    )


def _text(x: int, y: int, words: str, size: int) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}">{words}</text>'


if __name__ == "__main__":
    main()
