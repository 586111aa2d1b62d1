"""What the latest run has read and linked, so that the next one looks only at what has changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from server.detect.cluster import components
from server.detect.decide import Decision, linked
from server.detect.differ import difference
from server.detect.groups import (
    INTERACTION,
    Bools,
    Groups,
    Ints,
    Name,
    Names,
    Places,
    Small,
    distinct,
    joined,
    take,
)
from server.detect.part import Part, whole
from server.detect.roster import Roster
from server.detect.traits import Traits

Thing = tuple[int, int, bytes]  # kind, account and hours of what an account has alone

COMPACT = 0.5  # of all members: with more of them in later parts, the parts become one again
PARTS = 8  # of more, the latest become one


@dataclass(frozen=True)
class Links:
    """Pairs of places in a Memory that speak for one home, at the first look, or for one person."""

    a: Small
    b: Small


class Learnt(NamedTuple):
    """Whose pairs may weigh something else than before, a flag for each place.

    turned   accounts all of whose pairs may: what is known of themselves has changed
    touched  those and the members of groups that have changed: the pairs among these may
    """

    turned: Bools
    touched: Bools


@dataclass
class Memory:
    """All groups that count, and the pairs that are linked; `until` is the local hour that was looked from.

    Accounts are places in the roster, of which those in the first part come first. `token` names what this was
    recalled from.
    """

    parts: list[Part]
    links: Links
    roster: Roster
    until: int
    token: str | None = None

    def groups(self, chosen: Bools) -> tuple[Groups, Ints]:
        """The groups of some accounts, on which their pairs rest, with all members; and the places of these."""
        return self._taken([part.of(chosen) for part in self.parts])

    def learn(self, accounts: Collection[str], fresh: Groups, crowds: Collection[Name] = ()) -> Learnt:
        """Replace all groups of these accounts by those that were read again; `crowds` do not count any more."""
        places, changed = self.roster.numbered(fresh.accounts), self.roster.flags(accounts)
        wanted = _named(fresh, crowds)
        dead = [
            distinct(np.concatenate([part.of(changed), *(part.named(*one) for one in wanted)]), len(part.groups))
            for part in self.parts
        ]
        old, known = self._taken(dead)
        now = replace(fresh, member=places[fresh.member])
        found = difference(replace(old, member=known[old.member].astype(np.int32)), now)
        self.parts = [part.without(chosen) for part, chosen in zip(self.parts, dead, strict=True)]
        self._share(_joined(now, found.new, changed))
        self.parts.append(whole(fresh, places))
        turned = changed | self.roster.at(found.turned)
        return Learnt(turned, turned | self.roster.at(found.touched))

    def relink(self, learnt: Learnt, pairs: tuple[Places, Places], places: Places) -> None:
        """Replace the links of pairs that may weigh something else by these, of accounts with such places."""

        def concerned(links: Links) -> Bools:
            turned, touched = learnt
            return turned[links.a] | turned[links.b] | (touched[links.a] & touched[links.b])

        old, fresh = self.links, Links(*(places[side].astype(np.int32) for side in pairs))
        kept, taken = ~concerned(old), concerned(fresh)
        self.links = Links(np.r_[old.a[kept], fresh.a[taken]], np.r_[old.b[kept], fresh.b[taken]])

    def ending(self, hour: int) -> list[str]:
        """The accounts of bindings that begin or end between the hour that was looked from and this one."""
        found = []
        for part in self.parts:
            times = [(self.until < time) & (time <= hour) for time in (part.groups.since, part.groups.until)]
            found.append(part.members(np.flatnonzero(part.alive & (times[0] | times[1]))))
        return self.roster.called(self.roster.at(np.concatenate(found)))

    def linked(self, chosen: Bools) -> Bools:
        """These, and everybody whom links connect with one of them."""
        root = components(len(self.roster), self.links.a, self.links.b)
        return self.roster.at(root[chosen])[root]

    def compact(self) -> None:
        """Make one of all parts when what came later is much, and of the latest of many while these are as large."""
        while len(self.parts) > PARTS and len(self.parts[-2]) <= 2 * len(self.parts[-1]):
            self.parts[-2:] = [self._merged(len(self.parts) - 2)]
        members = [len(part) for part in self.parts]
        if sum(members[1:]) > COMPACT * sum(members):
            part = self._merged(0)
            self.parts = [first(part.groups)]
            self.roster, now = self.roster.moved(names(self.parts[0]), part.places)
            self.links = Links(now[self.links.a], now[self.links.b])

    def _merged(self, begin: int) -> Part:
        """What is alive in the parts from this one on."""
        none = np.zeros(0, np.int64)
        chosen = [np.flatnonzero(part.alive) if at >= begin else none for at, part in enumerate(self.parts)]
        return whole(*self._taken(chosen))

    def _taken(self, chosen: Sequence[Ints]) -> tuple[Groups, Ints]:
        """These groups of each part, in the order that Groups promises, and the places of their accounts."""
        taken = [take(part.groups, some) for part, some in zip(self.parts, chosen, strict=True) if some.size]
        sources = [part.places for part, some in zip(self.parts, chosen, strict=True) if some.size]
        members = [places[one.member] for places, one in zip(sources, taken, strict=True)]
        accounts, at = self.roster.sorted(self.roster.at(np.concatenate([np.zeros(0, np.int64), *members])))
        place = np.zeros(len(self.roster), np.int32)
        place[at] = np.arange(at.size)
        return joined(
            [replace(one, accounts=accounts, member=place[member]) for one, member in zip(taken, members, strict=True)]
        ), at

    def _share(self, things: Counter[Thing]) -> None:
        """Forget as one account's own what it has with others now."""
        owners = self.roster.at([account for _, account, _ in things])
        for place, part in enumerate(self.parts if things else ()):
            dead = []
            for group in part.of(owners).tolist():
                entry = int(part.groups.start[group])
                if part.groups.start[group + 1] - entry == 1:
                    owner = int(part.places[part.groups.member[entry]])
                    thing = int(part.groups.kind[group]), owner, _hours(part.groups, entry)
                    if things[thing]:
                        things[thing] -= 1
                        dead.append(group)
            self.parts[place] = part.without(np.array(dead, dtype=np.int64))


def first(groups: Groups) -> Part:
    """The first part of a Memory: its accounts are the first there."""
    names = Names(pa.array(groups.accounts, pa.string()))
    return whole(replace(groups, accounts=names), np.arange(len(names), dtype=np.int32))


def names(part: Part) -> Names:
    """The accounts of a first part."""
    return cast(Names, part.groups.accounts)


def remember(groups: Groups, traits: Mapping[str, Traits], made: Decision, until: int) -> Memory:
    """What a run over everything keeps."""
    a, b = linked((*made.linked[:2], made.first), made.alike)
    links = Links(a.astype(np.int32), b.astype(np.int32))
    part = first(groups)
    roster = Roster(names(part), np.zeros(len(groups.accounts), np.int32), [Traits()])
    roster.hear({account: traits[account] for account in groups.accounts if account in traits})
    return Memory([part], links, roster, until)


def _named(fresh: Groups, crowds: Collection[Name]) -> list[tuple[int, pa.StringArray]]:
    """The names of each kind that are fresh or a crowd's."""
    found = []
    for kind in range(INTERACTION):
        names = fresh.identifier.slice(*_span(fresh.kind, kind))
        more = pa.array([name for one, name in crowds if one == kind], pa.string())
        found.append((kind, pa.concat_arrays([names.filter(pc.not_equal(names, "")), more])))
    return found


def _span(kinds: Ints, kind: int) -> tuple[int, int]:
    begin, end = np.searchsorted(kinds, [kind, kind + 1]).tolist()
    return begin, end - begin


def _joined(now: Groups, new: Ints, changed: Bools) -> Counter[Thing]:
    """What one account had alone before these changed; it has no name there, but the hours are the same as now."""
    found: Counter[Thing] = Counter()
    for group in new.tolist():
        others = [at for at in range(now.start[group], now.start[group + 1]) if not changed[now.member[at]]]
        if len(others) == 1:
            found[int(now.kind[group]), int(now.member[others[0]]), _hours(now, others[0])] += 1
    return found


def _hours(groups: Groups, entry: int) -> bytes:
    return groups.hours[groups.first[entry] : groups.first[entry + 1]].tobytes()
