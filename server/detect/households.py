"""From a partition of accounts to households: who is in each, how surely, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.detect.evidence import Evidence, Group
from server.detect.meetings import Floats, Ints
from server.detect.model import Model
from server.detect.persons import Traits
from server.detect.score import Scores, probability

ITEMS = 20  # items of evidence that a membership names; what is weaker is added up as "other"
SAME_PERSON = 0.99  # what is left for a wrong declaration
BOUND = 0.97


@dataclass(frozen=True)
class Member:
    """One account in a household: evidence and weights run in parallel, strongest first, and add up to score.

    score is the mean log-odds towards the other members; shared says with how many of them an item is shared.
    """

    account: str
    confidence: float
    status: str
    score: float
    evidence: tuple[str, ...]
    weights: tuple[float, ...]
    shared: tuple[int, ...]


@dataclass(frozen=True)
class Household:
    """A detected household of two accounts or more, members in order of account; size counts persons."""

    members: tuple[Member, ...]
    size: int
    structure: str
    confidence: float

    @property
    def accounts(self) -> tuple[str, ...]:
        """The ids of its accounts, in order."""
        return tuple(member.account for member in self.members)


def describe(
    evidence: Evidence, scores: Scores, label: Ints, person: Ints, traits: Mapping[str, Traits], model: Model
) -> list[Household]:
    """Describe every household of two accounts or more; label and person give each account's household and person."""
    inside = np.flatnonzero(label[scores.a] == label[scores.b])
    pairs_of: dict[int, list[int]] = defaultdict(list)
    for pair in inside.tolist():
        pairs_of[int(label[scores.a[pair]])].append(pair)
    members_of: dict[int, list[int]] = defaultdict(list)
    for account, root in enumerate(label.tolist()):
        members_of[root].append(account)
    reasons = _reasons(evidence, scores, label)
    found = []
    for root, accounts in sorted(members_of.items()):
        if len(accounts) > 1:
            confidence = _confidence(accounts, pairs_of[root], scores, person, model)
            members = _members(accounts, confidence, pairs_of[root], reasons, evidence, scores, model)
            people = {int(person[account]): traits.get(evidence.accounts[account], Traits()) for account in accounts}
            shape = structure([human.age_band for human in people.values()])
            found.append(Household(members, len(people), shape, round(float(confidence.mean()), 4)))
    return found


def structure(bands: Sequence[str]) -> str:
    """Name the shape of a household from the age bands of its persons."""
    if len(bands) == 1:
        return "single"
    if "" in bands:
        return "unknown"
    children = sum(band in ("child", "teen") for band in bands)
    adults, elders = bands.count("adult"), bands.count("elder")
    grown = adults + elders
    if children and adults and elders:
        return "three_generations"
    if children:
        return {0: "children_only", 1: "single_parent", 2: "couple_with_children"}.get(grown, "adults_with_children")
    return "couple" if len(bands) == 2 and (adults == 2 or elders == 2) else "adults"


def _confidence(accounts: Sequence[int], pairs: Sequence[int], scores: Scores, person: Ints, model: Model) -> Floats:
    """Per member the mean probability of living with each other member, directly or through one third member."""
    place = {account: index for index, account in enumerate(accounts)}
    chance = np.full((len(accounts), len(accounts)), float(probability(np.array(model.strangers))))
    likely = np.clip(probability(scores.score[list(pairs)]), 0, SAME_PERSON)
    for pair, likelihood in zip(pairs, likely.tolist(), strict=True):
        one, other = place[int(scores.a[pair])], place[int(scores.b[pair])]
        if person[scores.a[pair]] == person[scores.b[pair]]:
            likelihood = SAME_PERSON
        elif scores.bound[pair]:
            likelihood = max(likelihood, BOUND)
        chance[one, other] = chance[other, one] = likelihood
    np.fill_diagonal(chance, 0)
    through = np.stack([(chance * row).max(axis=1) for row in chance])
    best = np.maximum(chance, through)
    np.fill_diagonal(best, 0)
    return np.asarray(best.sum(axis=1) / (len(accounts) - 1))


def _reasons(evidence: Evidence, scores: Scores, label: Ints) -> dict[int, dict[str, tuple[float, int]]]:
    """Per account, what each thing weighed within its household in all, and with how many members it is shared."""
    rows = np.flatnonzero((label[evidence.a] == label[evidence.b]) & (scores.weight != 0))
    reasons: dict[int, dict[str, tuple[float, int]]] = defaultdict(dict)
    for row in rows.tolist():
        item = _name(evidence.groups[evidence.group[row]])
        for account in (int(evidence.a[row]), int(evidence.b[row])):
            weight, shared = reasons[account].get(item, (0.0, 0))
            reasons[account][item] = (weight + float(scores.weight[row]), shared + 1)
    return reasons


def _name(group: Group) -> str:
    return f"{group.kind}:{group.identifier or group.detail}"


def _members(
    accounts: Sequence[int],
    confidence: NDArray[np.float64],
    pairs: Sequence[int],
    reasons: Mapping[int, Mapping[str, tuple[float, int]]],
    evidence: Evidence,
    scores: Scores,
    model: Model,
) -> tuple[Member, ...]:
    others = len(accounts) - 1
    known = Counter(int(side[pair]) for pair in pairs for side in (scores.a, scores.b))
    bound = {int(side[pair]) for pair in pairs if scores.bound[pair] for side in (scores.a, scores.b)}
    members = []
    for place, account in enumerate(accounts):
        items = dict(reasons.get(account, {}))
        items["prior"] = (model.prior * known[account], known[account])
        items["strangers"] = (model.strangers * (others - known[account]), others - known[account])
        names, weights, shared = _strongest({name: (w / others, n) for name, (w, n) in items.items() if n})
        members.append(
            Member(
                account=evidence.accounts[account],
                confidence=round(float(confidence[place]), 4),
                status="bound" if account in bound else "inferred",
                score=round(sum(weights), 4),
                evidence=names,
                weights=weights,
                shared=shared,
            )
        )
    return tuple(members)


def _strongest(items: Mapping[str, tuple[float, int]]) -> tuple[tuple[str, ...], tuple[float, ...], tuple[int, ...]]:
    """The strongest items, rounded; the rest as one, so that the weights still add up."""
    ranked = sorted(((name, *value) for name, value in items.items()), key=lambda item: (-abs(item[1]), item[0]))
    rest = ranked[ITEMS:]
    kept = ranked[:ITEMS] + ([("other", sum(item[1] for item in rest), max(item[2] for item in rest))] if rest else [])
    names, weights, shared = zip(*kept, strict=True)
    return names, tuple(round(weight, 4) for weight in weights), shared
