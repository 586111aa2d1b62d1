"""Learn from what people said instead of from truth: declared families, confirmations and declines.

Most families declare nothing, so a pair without a word is not a pair that lives apart. Each such pair counts as living
together to the degree that is left for it (Elkan and Noto, Learning Classifiers from Only Positive and Unlabeled
Data, KDD 2008): with p what the model says and c the share of families that declare, p (1 - c) / (1 - p c). That and
the model are found in turns (expectation-maximisation), and every weight is held back to where it began.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from server.detect.decide import Pairs, partition
from server.detect.evidence import Evidence, gather
from server.detect.fit import NOTHING, Labelled, refit
from server.detect.groups import Bools, Groups
from server.detect.model import Model, named
from server.detect.score import Scores, pair_of, probability, rescored
from server.detect.settle import settle
from server.detect.traits import Traits, humans

LEAST = 200  # pairs with a word: fewer teach nothing that the shipped model does not know
HOLD = 100.0  # pairs that pull each weight back to where it began
TURNS = 3


@dataclass(frozen=True)
class Trained:
    """A model, how many pairs had a word for or against, the share of families that declare, and a line for people."""

    model: Model
    together: int
    apart: int
    declared: float
    said: str


def train(
    groups: Groups,
    traits: Mapping[str, Traits],
    start: Model,
    together: Pairs = (),
    apart: Pairs = (),
    hold: float = HOLD,
) -> Trained:
    """Fit a model to data that has no truth, from the bindings in `groups` and from words of people.

    Begins with what a first run would settle on. `together` and `apart` are pairs of accounts; with fewer than LEAST
    pairs that have a word the start is kept.
    """
    evidence = gather(groups)
    made = partition(evidence, humans(traits, groups.accounts), start, together, apart)
    scores = made.scores
    yes, no = _words(evidence, scores, together, apart)
    count = int(yes.sum()), int(no.sum())
    if sum(count) < LEAST:
        return Trained(start, *count, 0.0, f"{sum(count)} pairs have a word, {LEAST} are needed: the model stays.")
    start = settle(evidence, made, start, together, apart)[1]
    chance, share, model = probability(rescored(scores, start).score), 0.0, start
    for _ in range(TURNS):
        share = min(0.9, count[0] / max(float(chance[~no].sum()), 1.0))
        left = chance * (1 - share) / (1 - chance * share)
        target = np.where(yes, 1.0, np.where(no, 0.0, left))
        model = refit(Labelled(NOTHING, target, np.ones(target.size)), scores.bins, start, hold)
        chance = probability(rescored(scores, model).score)
    about = f"{start.name}, trained on {count[0]} pairs that are said to live together and {count[1]} that are not."
    return Trained(named(model, "trained", about), *count, round(share, 4), about)


def _words(evidence: Evidence, scores: Scores, together: Pairs, apart: Pairs) -> tuple[Bools, Bools]:
    """Which scored pairs are said to live together, and which not."""
    place = {account: index for index, account in enumerate(evidence.groups.accounts)}
    yes, no = scores.bound.copy(), np.zeros(scores.a.size, dtype=bool)
    for words, marks in ((together, yes), (apart, no)):
        for one, other in words:
            pair = pair_of(scores, place[one], place[other]) if one in place and other in place else None
            if pair is not None:
                marks[pair] = True
    return yes & ~no, no
