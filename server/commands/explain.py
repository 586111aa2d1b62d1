"""`hearth explain`: why two accounts live together, or why not, as a waterfall of weights."""

from __future__ import annotations

from collections.abc import Iterator

import click

from server import explanations
from server.commands.database import with_database
from server.detect.explain import ENOUGH, Explanation

WIDTH = 32  # characters of a bar
SHOWN = 20  # weights with a line of their own


@click.command()
@click.argument("one", metavar="ACCOUNT")
@click.argument("other", metavar="ACCOUNT")
@click.option("--details", is_flag=True, help="Show the single numbers that the model weighs.")
def explain(one: str, other: str, details: bool) -> None:
    """Say why two accounts live together, or why not.

    Each line is something known of the two, with its weight in log-odds: right is for one household, left against.
    The weights add up to the score. Nothing is written.
    """
    for line in waterfall(with_database(lambda db: explanations.explain(db, one, other)), details=details):
        click.echo(line)


def waterfall(found: Explanation, *, details: bool = False) -> Iterator[str]:
    """An explanation line by line, a line an aspect or a line a number; they are rounded, and still add up."""
    begins, ends_as = "what two who share nothing count against one household", "no reason to think of one household"
    if found.items:
        begins, ends_as = "any two who share something", f"score: a probability of {found.probability:.2%}"
    steps = [(found.prior, begins), *(_numbers(found) if details else _aspects(found))]
    yield "Together." if found.together else "Not together."
    yield found.why
    yield ""
    total = 0.0
    ends = [sum(weight for weight, _ in steps[:count]) for count in range(len(steps) + 1)]
    low, high = min(ends), max(ends)
    for weight, text in steps:
        yield f"{weight:+8.3f}  {_bar(total, total + weight, low, high)}  {text}"
        total += weight
    yield f"{found.score:+8.3f}  {_bar(0.0, found.score, low, high)}  {ends_as}"
    if found.shared:
        yield ""
        yield f"Both have: {', '.join(found.shared)}"


def _aspects(found: Explanation) -> list[tuple[float, str]]:
    return [(aspect.weight, aspect.sentence) for aspect in found.aspects]


def _numbers(found: Explanation) -> list[tuple[float, str]]:
    strong = [item for item in found.items if abs(item.weight) >= ENOUGH][:SHOWN]
    weak = len(found.items) - len(strong)
    rest = round(found.score - found.prior - sum(item.weight for item in strong), 3)
    return [
        *((item.weight, item.sentence.rpartition(": ")[0]) for item in strong),
        *([(rest, f"{weak} smaller things")] if weak else ()),
    ]


def _bar(begin: float, end: float, low: float, high: float) -> str:
    """A bar from one running total to the next, on a scale from low to high."""
    scale = WIDTH / max(high - low, 1e-9)
    left, right = sorted(round((place - low) * scale) for place in (begin, end))
    right = min(max(right, left + 1), WIDTH)
    left = min(left, right - 1)
    return " " * left + ("█" if end >= begin else "░") * (right - left) + " " * (WIDTH - right)
