"""What a run looks at, everything or only what has changed, and what it decides of that."""

from __future__ import annotations

import asyncio
from asyncio import to_thread
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.db.database import Database
from server.detect import changes, evidence, memory, read
from server.detect.changes import Changes, Stands
from server.detect.decide import Pairs, describe, links, partition
from server.detect.evidence import Evidence
from server.detect.groups import Bools, Ints, before
from server.detect.households import Household
from server.detect.memory import Learnt, Memory
from server.detect.model import Model
from server.detect.settle import settle
from server.detect.traits import humans

Say = Callable[[str], None]


@dataclass(frozen=True)
class Look:
    """What a run saw, decided and found standing; `changed` are the accounts that had changed, None for all."""

    changed: list[str] | None
    model: Model
    seen: int
    pairs: int
    households: list[Household]
    persons: list[Household]
    standing: Stands
    keep: Memory


async def compare(db: Database, look: Look) -> tuple[Changes, Changes]:
    """The smallest changes of households and of persons from what stands to what was found.

    An id made from founders who left may still be that of those who stayed, at whom a look at some does not look.
    """
    homes, people = look.standing
    known, taken = {one.id for one in (*homes, *people)}, set[str]()
    while True:
        found = changes.plan(look.households, homes, taken=taken)
        behind = changes.plan(look.persons, people, changes.person_id, taken)
        begun = {id_ for id_, _ in (*found.households, *behind.households)} - known
        others = set() if look.changed is None else await read.taken(db, begun)
        if not others:
            return found, behind
        taken |= others


async def look_at_all(db: Database, weights: Model, hour: int, say: Say, *, settling: bool = False) -> Look:
    """Read everything and decide; `settling` brings the weights to the data first, where there is enough of it."""
    say("Reading who shares what …")
    found, traits = await asyncio.gather(read.groups(db), read.traits(db))
    gathered = evidence.gather(found, hour)
    say(f"Weighing {gathered.starts.size - 1:,} pairs …")
    words = await read.words(db)
    made = partition(gathered, humans(traits, gathered.groups.accounts), weights, *words)
    made, own = settle(gathered, made, weights, *words) if settling else (made, weights)
    if own != weights:
        say(f"Weighed them again, with {own.about}")
    households, persons = describe(gathered, made, own)
    known = memory.remember(found, traits, made, hour)
    return Look(None, own, len(found.accounts), made.scores.a.size, households, persons, await read.standing(db), known)


async def look_again(db: Database, weights: Model, known: Memory, pending: Sequence[str], hour: int) -> Look:
    """Read what is around the accounts that changed, and decide on everybody whom that can concern.

    A pair's score rests on the groups that it shares and on what is known of the two alone. So the pairs that may weigh
    something else are weighed first, and then what is linked with one of these accounts, as it was or as it is now, is
    decided anew: a household lies within what is linked.
    """
    changed = sorted({*pending, *known.ending(hour)})
    (fresh, crowds), traits = await asyncio.gather(read.around(db, changed), read.traits(db, changed))
    known.roster.hear(traits)
    learnt = known.learn(changed, fresh, crowds)
    was = known.linked(learnt.touched)
    words = await read.words(db, {*known.roster.called(learnt.touched)})
    # While Neo4j tells what stands, the pairs are weighed.
    stands, after = await asyncio.gather(
        read.standing(db, known.roster.called(was)), to_thread(_relink, known, learnt, weights, words, hour)
    )
    concerned = was | after
    (gathered, places), words, more = await asyncio.gather(
        to_thread(_gather, known, concerned, hour),
        read.words(db, {*known.roster.called(concerned)}),
        read.standing(db, known.roster.called(concerned & ~was)),
    )
    made = partition(gathered, known.roster.traits(places), weights, *words)
    found = describe(gathered, made, weights)
    return Look(changed, weights, int(concerned.sum()), made.scores.a.size, *found, _both(stands, more), known)


def _relink(known: Memory, learnt: Learnt, weights: Model, words: tuple[Pairs, Pairs], hour: int) -> Bools:
    """Link the accounts anew whose pairs may weigh something else; returns everybody who is linked with one now."""
    groups, places = known.groups(learnt.turned)
    others = known.roster.at(places[evidence.partners(before(groups, hour), learnt.turned[places])])
    said = known.roster.flags({account for pair in words[0] for account in pair})
    groups, places = known.groups(learnt.touched | others | said)
    gathered = evidence.gather(groups, hour, learnt.touched[places], learnt.turned[places])
    known.relink(learnt, links(gathered, known.roster.traits(places), weights, *words), places)
    known.until = hour
    return known.linked(learnt.touched)


def _gather(known: Memory, chosen: Bools, hour: int) -> tuple[Evidence, Ints]:
    """What some accounts share with one another, and the places of all accounts that are in their groups."""
    groups, places = known.groups(chosen)
    return evidence.gather(groups, hour, chosen[places]), places


def _both(one: Stands, other: Stands) -> Stands:
    """What stands in either, oldest first."""
    homes, people = ({each.id: each for each in (*some, *more)} for some, more in zip(one, other, strict=True))
    return read.aged(homes.values()), read.aged(people.values())
