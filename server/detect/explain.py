"""Why two accounts are in one household, or why not: every number of the pair, what it weighs, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from server.detect.company import COMPANY, company
from server.detect.decide import Decision
from server.detect.evidence import Evidence
from server.detect.facts import ages, facts, likeness
from server.detect.features import FEATURES, NAMES, pair_features
from server.detect.groups import KINDS, Ints
from server.detect.model import Model
from server.detect.score import pair_of, probability, weights

MEANING = {feature.name: feature.meaning for feature in (*FEATURES, *COMPANY)}
# A second look weighs what the first one found as well, because pieces of evidence say much the same.
ABOUT = {feature.name: feature.about for feature in (*FEATURES, *COMPANY)} | {
    "company_inside": "overlap",
    "company_across": "overlap",
}
OVERLAP = "all this together counts for {} than one by one"
LIKE = ("genders", "platforms")
ENOUGH = 0.2  # log-odds: what weighs less is not worth a sentence
NOTHING = "They share nothing that counts: nothing at all, or only what a crowd shares."


@dataclass(frozen=True)
class Item:
    """One weight: the features it is about, their values (None where unknown), log-odds, and a sentence."""

    features: tuple[str, ...]
    values: tuple[float | None, ...]
    weight: float
    sentence: str


@dataclass(frozen=True)
class Aspect:
    """What all weights about one of score.PARTS, or `overlap`, add up to in log-odds, and a sentence about it."""

    about: str
    weight: float
    sentence: str


@dataclass(frozen=True)
class Explanation:
    """All that speaks for and against a pair; score is prior plus the weights of the items, strongest first.

    The aspects are the same in few words: their weights and the prior add up to the score as well. `shared` names what
    the two share; `why` says what decides in the end. Numbers are rounded and still add up.
    """

    together: bool
    prior: float
    score: float
    items: tuple[Item, ...]
    aspects: tuple[Aspect, ...]
    shared: tuple[str, ...]
    why: str

    @property
    def probability(self) -> float:
        """That the two live together by what is known of them and of their company; 0 where nothing is."""
        return round(float(probability(np.array(self.score))), 4) if self.items else 0.0


def explain(evidence: Evidence, made: Decision, model: Model, one: str, other: str) -> Explanation:
    """Explain a pair of accounts; raises KeyError when one of them is in no group at all."""
    place = {account: index for index, account in enumerate(evidence.groups.accounts)}
    a, b = sorted((place[one], place[other]))
    together = bool(made.label[a] == made.label[b])
    pair = pair_of(made.scores, a, b)
    if pair is None:
        return replace(nothing(model), together=together, why=_why(made, model, a, b, model.strangers))
    values = _values(evidence, made, pair)
    found = made.scores.rows(np.array([pair]))
    items = [_item(names, values, float(weight[0])) for names, weight in weights(model, found)]
    items = sorted((item for item in items if item.weight), key=lambda item: (-abs(item.weight), item.features))
    prior = round(model.prior, 3)
    score = round(prior + sum(item.weight for item in items), 3)
    aspects = _aspects(items, facts(evidence, pair, values))
    shared = tuple(evidence.groups.names(evidence.group[evidence.starts[pair] : evidence.starts[pair + 1]]))
    return Explanation(together, prior, score, tuple(items), aspects, shared, _why(made, model, a, b, score))


def nothing(model: Model) -> Explanation:
    """The explanation of two who share nothing."""
    score = round(model.strangers, 3)
    return Explanation(False, score, score, (), (), (), NOTHING)


def _values(evidence: Evidence, made: Decision, pair: int) -> dict[str, float | None]:
    """All that is known of a pair, by the names of the features; None where there is nothing to tell."""
    pairs, rows = company((*made.linked[:2], made.first), made.tentative)
    at = np.flatnonzero(pairs == pair)
    beside = rows[at[0]] if at.size else np.full(len(COMPANY), np.nan)
    known = np.concatenate([pair_features(evidence, made.people, pair, pair + 1)[0], beside]).tolist()
    return {name: None if np.isnan(v) else v for name, v in zip(MEANING, known, strict=True)}


def _item(names: tuple[str, ...], values: Mapping[str, float | None], weight: float) -> Item:
    known = tuple(values[name] for name in names)
    side = "for" if weight > 0 else "against"
    what = ", together with ".join(_says(name, value) for name, value in zip(names, known, strict=True))
    return Item(names, known, round(weight, 3), f"{what}: {weight:+.2f}, {side} one household")


def _aspects(items: Sequence[Item], sentences: Mapping[str, str]) -> tuple[Aspect, ...]:
    """What the items are about, strongest first, `overlap` last; one about two things counts for either by half."""
    total = dict.fromkeys(ABOUT.values(), 0.0)
    for item in items:
        for name in item.features:
            total[ABOUT[name]] += item.weight / len(item.features)
    words = {**sentences, "overlap": OVERLAP.format("more" if total["overlap"] > 0 else "less")}
    found = [Aspect(about, round(weight, 4), words[about]) for about, weight in total.items() if weight]
    return tuple(sorted(found, key=lambda aspect: (aspect.about == "overlap", -abs(aspect.weight))))


def _says(name: str, value: float | None) -> str:
    if value is None:
        return f"{MEANING[name]}: nothing of the kind"
    if name == "ages":
        return f"{MEANING[name]}: {ages(value)}"
    # A feature that counts down, so that more of it speaks for a household, is shown as the number that it is.
    signed = value if name.startswith("company") else abs(value)
    shown = likeness(value) if name in LIKE else f"{signed:.4g}"
    return f"{MEANING[name]}: {shown}"


def _why(made: Decision, model: Model, a: int, b: int, score: float) -> str:
    """What decides in the end, which is not always the pair alone."""
    word = _word(made, a, b)
    if word == np.inf:
        return "They are held together by what was declared or confirmed, or because both accounts are one person's."
    if word == -np.inf:
        return "They are kept apart because one of them said so."
    pair = pair_of(made.scores, a, b)
    enough = pair is not None and made.leaning[pair] > 0
    if made.label[a] == made.label[b]:
        if not enough:
            return "The two alone would not be enough: the others of the household hold them together."
        return "What they share speaks for it." if score > 0 else f"What they share is enough: {-model.lean:+.1f} is."
    if enough:
        total = _between(
            made, model, np.flatnonzero(made.label == made.label[a]), np.flatnonzero(made.label == made.label[b])
        )
        return f"The two alone would be enough, but their households do not fit together: {total:+.1f} over all pairs."
    if pair is None:
        return NOTHING
    if score > 0:
        return f"What they share is not enough: {-model.lean:+.1f} would be; {_missing(made, a, b)}"
    return f"What they share does not outweigh what speaks against it; {_missing(made, a, b)}"


def _word(made: Decision, a: int, b: int) -> float:
    row = np.flatnonzero((made.linked[0] == a) & (made.linked[1] == b))
    return float(made.linked[2][row[0]]) if row.size else 0.0


def _between(made: Decision, model: Model, ones: Ints, others: Ints) -> float:
    """What the sum of log-odds would gain if two households were one."""
    left, right, score = *made.linked[:2], made.leaning
    across = (np.isin(left, ones) & np.isin(right, others)) | (np.isin(left, others) & np.isin(right, ones))
    return float(score[across].sum() + model.strangers * (ones.size * others.size - across.sum()))


def _missing(made: Decision, a: int, b: int) -> str:
    pair = pair_of(made.scores, a, b)
    known: Sequence[str] = [
        kind for kind in KINDS[:4] if pair is not None and made.scores.bins[pair, NAMES.index(f"{kind}_number")]
    ]
    lacking = [kind for kind in KINDS[:4] if kind not in known]
    return (
        f"they have no {' and no '.join(lacking)} in common."
        if lacking
        else "it is shared too rarely or with too many."
    )
