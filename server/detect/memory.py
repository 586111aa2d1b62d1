"""What the latest run has read and linked, so that the next one looks only at what has changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from server.detect.cluster import components
from server.detect.decide import Decision
from server.detect.groups import Bools, Groups, Ints, Name, Names, Small, named, offsets, ranges, subset, unite
from server.detect.meetings import Floats

Thing = tuple[int, str, bytes]  # kind, account and hours of what an account has alone

COMPACT = 0.2  # of all members: with more of them in later parts, the parts become one again


@dataclass(frozen=True)
class Part:
    """Groups that were read at one time; those that were read again later are not `alive` any more.

    `name` is what the folder calls a part that is kept there.
    """

    groups: Groups
    alive: Bools
    name: str = ""

    @cached_property
    def of_account(self) -> tuple[Ints, Small]:
        """Where the groups of each account begin, and those groups, one after the other."""
        groups = self.groups
        begin = offsets(np.bincount(groups.member, minlength=len(groups.accounts)))
        return begin, _by_member(groups.start, groups.member, begin)

    def of(self, accounts: Iterable[str]) -> Ints:
        """The living groups that have one of these accounts."""
        places = _places(self.groups.accounts, accounts)
        places = places[places >= 0]
        begin, groups = self.of_account
        theirs = np.unique(groups[ranges(begin[places], begin[places + 1] - begin[places])]).astype(np.int64)
        return theirs[self.alive[theirs]]

    def members(self, groups: Ints) -> Sequence[str]:
        """The accounts in these groups."""
        begin, end = self.groups.start[groups], self.groups.start[groups + 1]
        return named(self.groups.accounts, np.unique(self.groups.member[ranges(begin, end - begin)]))


def _places(names: Sequence[str], wanted: Iterable[str]) -> Ints:
    """Where each of some different names stands among others; -1 for one that is not there."""
    array, asked = (
        names.array if isinstance(names, Names) else pa.array(names, pa.string()),
        pa.array(wanted, pa.string()),
    )
    found = pc.index_in(array, asked)
    at = np.flatnonzero(found.is_valid().to_numpy(zero_copy_only=False))
    places = np.full(len(asked), -1)
    places[found.take(pa.array(at)).to_numpy()] = at
    return places


@njit(cache=True, nogil=True)
def _by_member(start: Ints, member: Small, begin: Ints) -> Small:
    """The group of each member entry, brought together by account."""
    found, at = np.empty(member.size, np.int32), begin.copy()
    for group in range(start.size - 1):
        for entry in range(start[group], start[group + 1]):
            found[at[member[entry]]] = group
            at[member[entry]] += 1
    return found


@dataclass(frozen=True)
class Links:
    """Pairs of accounts: places in a Memory, and log-odds of one home, at the first look, and of one person."""

    a: Ints
    b: Ints
    home: Floats
    person: Floats


@dataclass
class Memory:
    """All groups that count, and all pairs that share something; `until` is the local hour that was looked from.

    An account's place is that in `names`, or, of one that came since, in `more` after them. `token` names what this
    was recalled from.
    """

    parts: list[Part]
    names: Names
    links: Links
    until: int
    token: str | None = None
    more: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.names) + len(self.more)

    def around(self, accounts: Collection[str]) -> Groups:
        """The groups of these accounts, and all other groups of their members: all that the pairs of these rest on."""
        everybody = self._company(accounts)
        return unite([subset(part.groups, part.of(everybody)) for part in self.parts])

    def _company(self, accounts: Collection[str]) -> set[str]:
        """Everybody who is in a group with one of these accounts."""
        return {name for part in self.parts for name in part.members(part.of(accounts))}

    def learn(self, accounts: Collection[str], fresh: Groups, crowds: Collection[Name] = ()) -> set[str]:
        """Replace all groups of these accounts by those that were read again; `crowds` do not count any more.

        Returns the accounts whose pairs may weigh something else now: those in one group with one of these, before or
        after, and everybody around a group that has other members than before.
        """
        names = {*crowds, *((kind, name) for kind, name in _names(fresh) if name)}
        dead = [np.union1d(part.of(accounts), _named(part, names)) for part in self.parts]
        old = unite([subset(part.groups, chosen) for part, chosen in zip(self.parts, dead, strict=True)])
        before, after = _members(old), _members(fresh)
        self.parts = [_without(part, chosen) for part, chosen in zip(self.parts, dead, strict=True)]
        self._share(_joined(fresh, accounts, before))
        self.parts.append(whole(fresh))
        others = [name for name in {*before, *after} if before.get(name) != after.get(name)]
        moved = {account for name in others for account in (*before.get(name, ()), *after.get(name, ()))}
        return {*accounts, *old.accounts, *fresh.accounts, *self._company(moved)}

    def relink(self, accounts: Collection[str], made: Decision, everybody: Sequence[str]) -> None:
        """Replace all pairs among these accounts by those of a decision about them; `everybody` names its places."""
        chosen = self._flags(accounts)
        links, new = self.links, _links(made, self._places(everybody))
        kept = ~(chosen[links.a] & chosen[links.b])
        fresh = (new.a >= 0) & (new.b >= 0)
        fresh[fresh] = chosen[new.a[fresh]] & chosen[new.b[fresh]]
        self.links = Links(
            **{
                name: np.concatenate([getattr(links, name)[kept], getattr(new, name)[fresh]])
                for name in ("a", "b", "home", "person")
            }
        )

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
        """These, and everybody whom pairs that speak for one home or one person connect with one of them."""
        chosen = self._flags(accounts)
        strong = (self.links.home > 0) | (self.links.person > 0)
        root = components(len(self), self.links.a[strong], self.links.b[strong])
        touched = np.zeros(len(self), dtype=bool)
        touched[root[chosen]] = True
        later = list(self.more)
        places = np.flatnonzero(touched[root]).tolist()
        return {self.names[place] if place < len(self.names) else later[place - len(self.names)] for place in places}

    def compact(self) -> None:
        """Make one of all parts, and one of all names, when what came later is much."""
        members = [part.groups.member.size for part in self.parts]
        if sum(members[1:]) > COMPACT * sum(members):
            self.parts = [whole(unite([subset(part.groups, np.flatnonzero(part.alive)) for part in self.parts]))]
        if len(self.more) > COMPACT * len(self):
            every = [*self.names, *self.more]
            order = sorted(range(len(every)), key=every.__getitem__)
            rank = np.empty(len(every), dtype=np.int64)
            rank[order] = np.arange(len(every))
            self.links = replace(self.links, a=rank[self.links.a], b=rank[self.links.b])
            self.names, self.more = Names(pa.array([every[place] for place in order], pa.string())), {}

    def _share(self, things: Counter[Thing]) -> None:
        """Forget as one account's own what it has with others now."""
        for place, part in enumerate(self.parts if things else ()):
            dead = []
            for group in part.of({account for _, account, _ in things}).tolist():
                thing = _thing(part.groups, int(part.groups.kind[group]), int(part.groups.start[group]))
                if part.groups.start[group + 1] - part.groups.start[group] == 1 and things[thing]:
                    things[thing] -= 1
                    dead.append(group)
            self.parts[place] = _without(part, np.array(dead, dtype=np.int64))

    def _flags(self, accounts: Collection[str]) -> Bools:
        """Which places are of these accounts; new ones get one."""
        places = self._places(accounts)
        for account in (account for account, place in zip(accounts, places.tolist(), strict=True) if place < 0):
            self.more[account] = len(self)
        flags = np.zeros(len(self), dtype=bool)
        flags[self._places(accounts)] = True
        return flags

    def _places(self, accounts: Collection[str]) -> Ints:
        places = _places(self.names, accounts)
        later = np.fromiter((self.more.get(account, -1) for account in accounts), dtype=np.int64)
        return np.maximum(places, later)


def remember(groups: Groups, made: Decision, until: int) -> Memory:
    """What a run over everything keeps."""
    names = Names(pa.array(groups.accounts, pa.string()))
    return Memory([whole(groups)], names, _links(made, np.arange(len(names))), until)


def whole(groups: Groups) -> Part:
    """Groups of which all are alive."""
    return Part(groups, np.ones(len(groups), dtype=bool))


def _links(made: Decision, places: Ints) -> Links:
    """The pairs of a decision; `places` says where each of its accounts stands."""
    a, b, _ = made.linked
    person = np.full(a.size, -np.inf)  # words add pairs that share nothing else, and these come last
    person[: made.alike.size] = made.alike
    return Links(places[a], places[b], made.first, person)


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


def _named(part: Part, names: Collection[Name]) -> Ints:
    """The living groups of these kinds and identifiers."""
    wanted = pa.array(sorted({name for _, name in names}), pa.string())
    known = pc.is_in(part.groups.identifier, wanted).to_numpy(zero_copy_only=False)
    at = np.flatnonzero(known & part.alive)
    found = zip(part.groups.kind[at].tolist(), part.groups.identifier.take(pa.array(at)).to_pylist(), strict=True)
    return at[[name in names for name in found]] if at.size else at


def _without(part: Part, dead: Ints) -> Part:
    alive = part.alive.copy()
    alive[dead] = False
    return replace(part, alive=alive)
