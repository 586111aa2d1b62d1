"""What the latest run has read and linked, kept so that the next one looks only at what has changed since."""

from __future__ import annotations

import pickle
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from server.detect.cluster import components
from server.detect.decide import Decision
from server.detect.groups import Bools, Groups, Ints, offsets, ranges, spread, subset, unite
from server.detect.meetings import Floats

FORM = 2  # raise it when the form of what is kept, or what decides, changes
COMPACT = 0.2  # of all members: with more of them in later parts, the parts become one again


@dataclass(frozen=True)
class Part:
    """Groups that were read at one time; those that were read again later are not `alive` any more."""

    groups: Groups
    alive: Bools

    @cached_property
    def place(self) -> dict[str, int]:
        """Where each account stands."""
        return {account: place for place, account in enumerate(self.groups.accounts)}

    @cached_property
    def of_account(self) -> tuple[Ints, Ints]:
        """The groups of each account, one after the other, and where those of each begin."""
        order = np.argsort(self.groups.member, kind="stable")
        counts = np.bincount(self.groups.member, minlength=len(self.groups.accounts))
        return spread(self.groups.start)[order], offsets(counts)

    def of(self, accounts: Iterable[str]) -> Ints:
        """The living groups that have one of these accounts."""
        places = np.array([self.place[a] for a in accounts if a in self.place], dtype=np.int64)
        groups, begin = self.of_account
        found = np.unique(groups[ranges(begin[places], begin[places + 1] - begin[places])])
        return found[self.alive[found]]


@dataclass(frozen=True)
class Links:
    """Pairs of accounts as they were clustered: places in Memory.names, and log-odds of one home and of one person."""

    a: Ints
    b: Ints
    home: Floats
    person: Floats


@dataclass
class Memory:
    """All groups that count, and all pairs that share something; `until` is the local hour that was looked from."""

    parts: list[Part]
    names: list[str]
    links: Links
    until: int
    place: dict[str, int] = field(default_factory=dict)

    def around(self, accounts: Collection[str]) -> Groups:
        """The groups of these accounts, and all other groups of their members: all that the pairs of these rest on."""
        return self._of(self._of(accounts).accounts)

    def _of(self, accounts: Collection[str]) -> Groups:
        return unite([subset(part.groups, part.of(accounts)) for part in self.parts])

    def learn(self, accounts: Collection[str], fresh: Groups) -> set[str]:
        """Replace all groups of these accounts by those that were read again.

        Returns the accounts whose pairs may weigh something else now: those in one group with one of these, before or
        after, and everybody around a group that has other members than before.
        """
        names = {(kind, name) for kind, name in _names(fresh) if name}
        dead = [_outdated(part, accounts, names, fresh.accounts) for part in self.parts]
        old = unite([subset(part.groups, chosen) for part, chosen in zip(self.parts, dead, strict=True)])
        self.parts = [_without(part, chosen) for part, chosen in zip(self.parts, dead, strict=True)] + [_whole(fresh)]
        before, after = _members(old), _members(fresh)
        others = [name for name in {*before, *after} if before.get(name) != after.get(name)]
        moved = {account for name in others for account in (*before.get(name, ()), *after.get(name, ()))}
        return {*accounts, *old.accounts, *fresh.accounts, *self._of(moved).accounts}

    def relink(self, accounts: Collection[str], made: Decision, everybody: Sequence[str]) -> None:
        """Replace all pairs among these accounts by those of a decision about them; `everybody` names its places."""
        chosen = self._flags(accounts)
        links, new = self.links, self._links(made, everybody)
        kept = ~(chosen[links.a] & chosen[links.b])
        fresh = chosen[new.a] & chosen[new.b]
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
            members = ranges(groups.start[turned], np.diff(groups.start)[turned])
            found |= {groups.accounts[place] for place in groups.member[members].tolist()}
        return found

    def linked(self, accounts: Collection[str]) -> set[str]:
        """Everybody whom pairs that speak for one home or one person connect with one of these."""
        chosen = self._flags(accounts)
        strong = (self.links.home > 0) | (self.links.person > 0)
        root = components(len(self.names), self.links.a[strong], self.links.b[strong])
        touched = np.zeros(len(self.names), dtype=bool)
        touched[root[chosen]] = True
        return {self.names[place] for place in np.flatnonzero(touched[root]).tolist()}

    def save(self, path: Path, token: str) -> None:
        """Write all this, to be found again by the token; a write that breaks off leaves what was there."""
        members = [part.groups.member.size for part in self.parts]
        if sum(members[1:]) > COMPACT * sum(members):
            self.parts = [_whole(unite([subset(part.groups, np.flatnonzero(part.alive)) for part in self.parts]))]
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as stream:
            plain = [Part(one.groups, one.alive) for one in self.parts]  # without what can be made again
            pickle.dump((token, plain, self.names, self.links, self.until), stream, protocol=5)
        part.replace(path)

    def _flags(self, accounts: Collection[str]) -> Bools:
        for account in accounts:
            if account not in self.place:
                self.place[account] = len(self.names)
                self.names.append(account)
        flags = np.zeros(len(self.names), dtype=bool)
        flags[[self.place[account] for account in accounts]] = True
        return flags

    def _links(self, made: Decision, everybody: Sequence[str]) -> Links:
        """The pairs of a decision, by places in `names`."""
        a, b, home = made.linked
        used = np.unique(np.concatenate([a, b]))
        places = np.zeros(len(everybody), dtype=np.int64)
        places[used] = [self.place.get(everybody[place], -1) for place in used.tolist()]
        # Words add pairs that share nothing else, and these come last.
        person = np.full(a.size, -np.inf)
        order = np.argsort(made.scores.a.astype(np.int64) * len(everybody) + made.scores.b)
        keys = (made.scores.a.astype(np.int64) * len(everybody) + made.scores.b)[order]
        own = a.astype(np.int64) * len(everybody) + b
        at = np.minimum(np.searchsorted(keys, own), max(keys.size - 1, 0))
        shared = keys[at] == own if keys.size else np.zeros(a.size, dtype=bool)
        person[shared] = made.alike[order][at[shared]]
        known = (places[a] >= 0) & (places[b] >= 0)
        return Links(places[a][known], places[b][known], home[known], person[known])


def remember(groups: Groups, made: Decision, until: int) -> Memory:
    """What a run over everything keeps."""
    names = list(groups.accounts)
    nothing = Links(*(np.zeros(0, np.int64),) * 2, *(np.zeros(0),) * 2)
    memory = Memory([_whole(groups)], names, nothing, until, {name: place for place, name in enumerate(names)})
    memory.links = memory._links(made, names)
    return memory


def recall(path: Path, token: str | None) -> Memory | None:
    """What the run with this token kept; None when it is gone, cannot be read, or is of another run."""
    try:
        with path.open("rb") as stream:
            known, parts, names, links, until = pickle.load(stream)  # noqa: S301  (our own file, in our own folder)
    except (OSError, EOFError, pickle.UnpicklingError, AttributeError, ImportError, ValueError, TypeError):
        return None
    if token is None or known != token:
        return None
    return Memory(parts, names, links, until, {name: place for place, name in enumerate(names)})


def _whole(groups: Groups) -> Part:
    return Part(groups, np.ones(len(groups), dtype=bool))


def _names(groups: Groups) -> Iterator[tuple[int, str]]:
    """Kind and identifier of each group; interactions and bindings have no identifier."""
    return zip(groups.kind.tolist(), groups.identifier.to_pylist(), strict=True)


def _members(groups: Groups) -> dict[tuple[int, str], tuple[str, ...]]:
    """The members of each group that has an identifier."""
    starts, member = groups.start.tolist(), groups.member.tolist()
    return {
        name: tuple(groups.accounts[place] for place in member[start:end])
        for name, (start, end) in zip(_names(groups), pairwise(starts), strict=True)
        if name[1]
    }


def _outdated(part: Part, accounts: Collection[str], names: Collection[tuple[int, str]], others: Iterable[str]) -> Ints:
    """The groups that have one of the accounts, and, of others, those that were read again by these names."""
    near = part.of(others)
    kinds, identifiers = part.groups.kind[near].tolist(), part.groups.identifier.take(pa.array(near)).to_pylist()
    again = [group for group, *name in zip(near.tolist(), kinds, identifiers, strict=True) if tuple(name) in names]
    return np.union1d(part.of(accounts), np.array(again, dtype=np.int64))


def _without(part: Part, dead: Ints) -> Part:
    alive = part.alive.copy()
    alive[dead] = False
    return replace(part, alive=alive)
