"""From what was detected and what stands today to the smallest change: ids last, and nothing changes for nothing."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from server.detect.households import Household, Member

Naming = Callable[[Sequence[str], int], str]


@dataclass(frozen=True)
class Standing:
    """A household or person as it stands in the graph; `order`, milliseconds and id, sorts the older one first."""

    id: str
    order: tuple[int, str]
    members: Mapping[str, Member]
    size: int = 0
    structure: str = ""
    confidence: float = 0.0


Stands = tuple[list[Standing], list[Standing]]  # households and persons, oldest first


@dataclass(frozen=True)
class Closing:
    """A household that ends, and what it goes on as; None where its members live alone now."""

    id: str
    successor: str | None
    reason: str


@dataclass(frozen=True)
class Changes:
    """What to write: households to open or refresh, memberships to begin, refresh and end, households to close."""

    households: list[tuple[str, Household]] = field(default_factory=list)
    joins: list[tuple[str, Member]] = field(default_factory=list)
    updates: list[tuple[str, Member]] = field(default_factory=list)
    leaves: list[tuple[str, str]] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)

    def __len__(self) -> int:
        """How many entries there are to write."""
        return sum(map(len, vars(self).values()))


def household_id(accounts: Sequence[str], salt: int = 0) -> str:
    """An id made from the founding accounts: the same family that comes together again gets its old id back."""
    return "h" + _digest("\0".join(sorted(accounts)), salt)


def person_id(accounts: Sequence[str], salt: int = 0) -> str:
    """An id made from the smallest account: a person keeps it when a second account of theirs turns up."""
    return "p" + _digest(min(accounts), salt)


def _digest(text: str, salt: int) -> str:
    return hashlib.sha256(f"{text}\0\0{salt}".encode()).hexdigest()[:16]


def plan(
    found: Sequence[Household],
    standing: Sequence[Standing],
    name: Naming = household_id,
    taken: Collection[str] = (),
) -> Changes:
    """Compare what was found with what stands; an unchanged world gives empty Changes.

    `name` makes the id of a new one from its accounts; those `taken` are of others, which stand elsewhere.
    """
    ids = match([household.accounts for household in found], standing, name, taken)
    going_on = set(ids)
    old = {household.id: household for household in standing}
    homes: dict[str, set[str]] = defaultdict(set)
    for place, household in enumerate(found):
        for account in household.accounts:
            homes[account].add(ids[place])
    changes = Changes()
    for place, household in enumerate(found):
        before = old.get(ids[place])
        if before is None or _outline(before) != _outline(household):
            changes.households.append((ids[place], household))
        for member in household.members:
            current = before.members.get(member.account) if before else None
            member = _keep_word(member, current)
            if current is None:
                changes.joins.append((ids[place], member))
            elif current != member:
                changes.updates.append((ids[place], member))
    for before in standing:
        changes.leaves.extend((account, before.id) for account in before.members if before.id not in homes[account])
        if before.id not in going_on:
            changes.closings.append(_closing(before, homes, old))
    return changes


def match(
    found: Sequence[Sequence[str]],
    standing: Sequence[Standing],
    name: Naming = household_id,
    taken: Collection[str] = (),
) -> list[str]:
    """Give each found set of accounts an id: that of the oldest standing one whose largest part it holds, or a new one.

    A standing household's largest part must be more than half of it or two accounts at least; ties go to the set
    with the smaller account.
    """
    where: dict[str, list[int]] = defaultdict(list)
    for place, accounts in enumerate(found if standing else ()):
        for account in accounts:
            where[account].append(place)
    heirs: dict[int, list[Standing]] = defaultdict(list)
    for household in standing:
        parts = Counter(place for account in household.members for place in where[account])
        if parts:
            place, part = min(parts.items(), key=lambda item: (-item[1], min(found[item[0]])))
            if part >= 2 or 2 * part > len(household.members):
                heirs[place].append(household)
    kept = {place: min(claims, key=lambda household: household.order).id for place, claims in heirs.items()}
    used = {household.id for household in standing} | set(taken)
    ids = []
    for place, accounts in enumerate(found):
        ids.append(kept[place] if place in kept else _unused(accounts, used, name))
        used.add(ids[-1])
    return ids


def _unused(accounts: Sequence[str], used: set[str], name: Naming) -> str:
    """The id that `name` gives, or, where a standing one has it, the next that it would give."""
    salt = 0
    while (id_ := name(accounts, salt)) in used:
        salt += 1
    return id_


def _outline(household: Household | Standing) -> tuple[int, str, float]:
    return household.size, household.structure, household.confidence


def _keep_word(member: Member, current: Member | None) -> Member:
    """What a member confirmed stays confirmed, whatever the evidence says today."""
    if current is None or current.status != "confirmed":
        return member
    return member._replace(status="confirmed")


def _closing(before: Standing, homes: Mapping[str, set[str]], old: Mapping[str, Standing]) -> Closing:
    parts = Counter(home for account in before.members for home in homes[account])
    if not parts:
        return Closing(before.id, None, "split")
    successor, part = min(parts.items(), key=lambda item: (-item[1], item[0]))
    merged = successor in old or part == len(before.members)
    return Closing(before.id, successor, "merged" if merged else "split")
