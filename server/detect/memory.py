"""What the latest run has read and linked, so that the next one looks only at what has changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from server.detect.cluster import components
from server.detect.decide import Decision, linked
from server.detect.groups import (
    Bools,
    Groups,
    Ints,
    Name,
    Places,
    Small,
    distinct,
    named,
    subset,
    unite,
)
from server.detect.members import CIRCLES, FEW
from server.detect.part import Part, merged, placed, whole
from server.detect.traits import Traits

Thing = tuple[int, str, bytes]  # kind, account and hours of what an account has alone
Content = tuple[tuple[str, ...], tuple[int, ...], bytes, tuple[Any, ...]]  # members, what is whose of the hours, rest

COMPACT = 0.2  # of all members: with more of them in later parts, the parts become one again


@dataclass(frozen=True)
class Links:
    """Pairs of places in a Memory that speak for one home, at the first look, or for one person."""

    a: Small
    b: Small


class Learnt(NamedTuple):
    """Whose pairs may weigh something else than before.

    turned   accounts all of whose pairs may: what is known of themselves has changed
    touched  those and the members of groups that have changed: the pairs among these may
    """

    turned: set[str]
    touched: set[str]


@dataclass
class Memory:
    """All groups that count, and the pairs that are linked; `until` is the local hour that was looked from.

    An account's place is that in the first part, or, of one that came since, in `more` after those. `said` has, by
    place, which of `kinds` of traits an account has. `token` names what this was recalled from.
    """

    parts: list[Part]
    links: Links
    said: Small
    kinds: list[Traits]
    until: int
    token: str | None = None
    more: dict[str, int] = field(default_factory=dict)

    @property
    def names(self) -> Sequence[str]:
        """The accounts of the first part."""
        return self.parts[0].groups.accounts

    def __len__(self) -> int:
        return len(self.names) + len(self.more)

    def groups(self, accounts: Collection[str]) -> Groups:
        """The groups of these accounts with all members: all that the pairs of these rest on."""
        return unite([subset(part.groups, part.of(accounts)) for part in self.parts])

    def learn(self, accounts: Collection[str], fresh: Groups, crowds: Collection[Name] = ()) -> Learnt:
        """Replace all groups of these accounts by those that were read again; `crowds` do not count any more."""
        after = _members(fresh)
        names = {*crowds, *after}
        dead = [distinct(np.r_[part.of(accounts), part.named(names)], len(part.groups)) for part in self.parts]
        old = unite([subset(part.groups, chosen) for part, chosen in zip(self.parts, dead, strict=True)])
        before = _members(old)
        self.parts = [part.without(chosen) for part, chosen in zip(self.parts, dead, strict=True)]
        self._share(_joined(fresh, accounts, before))
        self.parts.append(whole(fresh))
        turned = {*accounts}
        for name in {*before, *after}:
            one, other = before.get(name, ()), after.get(name, ())
            if one != other and name[0] in CIRCLES and (0 < len(one) <= FEW or 0 < len(other) <= FEW):
                turned.update(one, other)
        return Learnt(turned, turned | _differing(old, fresh))

    def hear(self, traits: Mapping[str, Traits]) -> None:
        """Take down what accounts say of themselves now."""
        code = {kind: place for place, kind in enumerate(self.kinds)}
        # Most accounts that say the same have the same one, which has to be looked up once.
        known = {id(kind): kind for kind in traits.values()}
        place = {one: code.setdefault(kind, len(code)) for one, kind in known.items()}
        codes = [place[id(kind)] for kind in traits.values()]
        places, self.kinds = self._numbered(traits), list(code)
        self.said = np.r_[self.said, np.zeros(len(self) - self.said.size, np.int32)]
        self.said[places] = codes

    def traits(self, accounts: Collection[str]) -> dict[str, Traits]:
        """What these accounts say of themselves."""
        places = self._places(accounts)
        codes = np.append(self.said, 0)[np.where(places < self.said.size, places, -1)]
        return {account: self.kinds[code] for account, code in zip(accounts, codes.tolist(), strict=True)}

    def company(self, accounts: Collection[str]) -> set[str]:
        """Everybody who is in a group with one of these accounts."""
        return {name for part in self.parts for name in part.members(part.of(accounts))}

    def relink(self, learnt: Learnt, pairs: tuple[Places, Places], everybody: Sequence[str]) -> None:
        """Replace the links of pairs that may weigh something else by these; `everybody` names the places in them."""
        new = self._numbered(everybody)
        touched, turned = self._flags(learnt.touched), self._flags(learnt.turned)

        def concerned(links: Links) -> Bools:
            return turned[links.a] | turned[links.b] | (touched[links.a] & touched[links.b])

        old, fresh = self.links, Links(*(new[side] for side in pairs))
        kept, taken = ~concerned(old), concerned(fresh)
        self.links = Links(np.r_[old.a[kept], fresh.a[taken]], np.r_[old.b[kept], fresh.b[taken]])

    def ending(self, hour: int) -> set[str]:
        """The accounts of bindings that begin or end between the hour that was looked from and this one."""
        found: set[str] = set()
        for part in self.parts:
            groups = part.groups
            times = [(self.until < time) & (time <= hour) for time in (groups.since, groups.until)]
            turned = np.flatnonzero(part.alive & (times[0] | times[1]))
            found.update(part.members(turned))
        return found

    def linked(self, accounts: Collection[str]) -> set[str]:
        """These, and everybody whom links connect with one of them."""
        chosen = self._flags(accounts)
        root = components(len(self), self.links.a, self.links.b)
        touched = np.zeros(len(self), dtype=bool)
        touched[root[chosen]] = True
        places = np.flatnonzero(touched[root])
        later, begin = list(self.more), len(self.names)
        found = named(self.names, places[places < begin])
        return {*found, *(later[place - begin] for place in places[places >= begin].tolist())}

    def compact(self) -> None:
        """Make one of all parts when what came later is much, and of the latest two while these are about as large."""
        while len(self.parts) > 2 and len(self.parts[-2]) <= 2 * len(self.parts[-1]):
            self.parts[-2:] = [merged(self.parts[-2:])]
        members = [len(part) for part in self.parts]
        if sum(members[1:]) > COMPACT * sum(members) or len(self.more) > COMPACT * len(self):
            every = [*self.names, *self.more]
            self.parts = [merged(self.parts)]
            places = placed(self.names, every)
            self.more = {every[place]: len(self.names) + at for at, place in enumerate(np.flatnonzero(places < 0))}
            places[places < 0] = len(self.names) + np.arange(len(self.more))
            now, said = places.astype(np.int32), self.said
            self.links = Links(now[self.links.a], now[self.links.b])
            self.said = np.zeros(len(self), np.int32)
            self.said[now[: said.size]] = said

    def _share(self, things: Counter[Thing]) -> None:
        """Forget as one account's own what it has with others now."""
        for place, part in enumerate(self.parts if things else ()):
            dead = []
            for group in part.of({account for _, account, _ in things}).tolist():
                thing = _thing(part.groups, int(part.groups.kind[group]), int(part.groups.start[group]))
                if part.groups.start[group + 1] - part.groups.start[group] == 1 and things[thing]:
                    things[thing] -= 1
                    dead.append(group)
            self.parts[place] = part.without(np.array(dead, dtype=np.int64))

    def _flags(self, accounts: Collection[str]) -> Bools:
        """Which places are of these accounts; new ones get one."""
        places = self._numbered(accounts)
        flags = np.zeros(len(self), dtype=bool)
        flags[places] = True
        return flags

    def _numbered(self, accounts: Collection[str]) -> Small:
        """The places of these accounts; new ones get one."""
        places = self._places(accounts)
        for account in (account for account, place in zip(accounts, places.tolist(), strict=True) if place < 0):
            self.more.setdefault(account, len(self))
        return (places if (places >= 0).all() else self._places(accounts)).astype(np.int32)

    def _places(self, accounts: Collection[str]) -> Ints:
        names = list(accounts)
        places = placed(self.names, names)
        for at in np.flatnonzero(places < 0).tolist():
            places[at] = self.more.get(names[at], -1)
        return places


def remember(groups: Groups, traits: Mapping[str, Traits], made: Decision, until: int) -> Memory:
    """What a run over everything keeps."""
    a, b = linked((*made.linked[:2], made.first), made.alike)
    links = Links(a.astype(np.int32), b.astype(np.int32))
    found = Memory([whole(groups)], links, np.zeros(len(groups.accounts), np.int32), [Traits()], until)
    found.hear({account: traits[account] for account in groups.accounts if account in traits})
    return found


def _names(groups: Groups) -> Iterator[Name]:
    """Kind and identifier of each group; interactions and bindings have no identifier."""
    return zip(groups.kind.tolist(), groups.identifier.to_pylist(), strict=True)


def _members(groups: Groups) -> dict[Name, tuple[str, ...]]:
    """The members of each group that has an identifier."""
    starts, member = groups.start.tolist(), groups.member.tolist()
    return {
        name: tuple(groups.accounts[place] for place in member[start:end])
        for name, (start, end) in zip(_names(groups), pairwise(starts), strict=True)
        if name[1]
    }


def _differing(old: Groups, fresh: Groups) -> set[str]:
    """The accounts in groups of either that are not in the other with the same members at the same hours."""
    one, other = _contents(old), _contents(fresh)
    return {account for members, *_ in ((one - other) + (other - one)) for account in members}


def _contents(groups: Groups) -> Counter[Content]:
    """All that is known of each group of two or more; an interaction may be there twice."""
    first, starts = groups.first.tolist(), groups.start.tolist()
    columns = [getattr(groups, name).tolist() for name in ("kind", "size", "since", "until")]
    told = zip(groups.identifier.to_pylist(), named(groups.details, groups.detail), *columns, strict=True)
    accounts = named(groups.accounts, groups.member)
    return Counter(
        (
            tuple(accounts[start:end]),
            tuple(one - first[start] for one in first[start:end]),
            groups.hours[first[start] : first[end]].tobytes(),
            group,
        )
        for group, (start, end) in zip(told, pairwise(starts), strict=True)
        if end - start > 1
    )


def _joined(fresh: Groups, changed: Collection[str], before: Collection[Name]) -> Counter[Thing]:
    """What one account had alone before these changed; it has no name there, but the hours are the same as now."""
    found: Counter[Thing] = Counter()
    starts = pairwise(fresh.start.tolist())
    for (kind, name), (start, end) in zip(_names(fresh), starts, strict=True):
        if name and (kind, name) not in before:
            others = [at for at in range(start, end) if fresh.accounts[fresh.member[at]] not in changed]
            if len(others) == 1:
                found[_thing(fresh, kind, others[0])] += 1
    return found


def _thing(groups: Groups, kind: int, entry: int) -> Thing:
    hours = groups.hours[groups.first[entry] : groups.first[entry + 1]]
    return kind, groups.accounts[int(groups.member[entry])], hours.tobytes()
