"""All that is measured of each account as a referrer, in columns."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from server.referrals import gaming, measures
from server.referrals.cover import affordable
from server.referrals.gaming import Gaming
from server.referrals.graph import Floats, Ints, Referrals, Ties, network, succeeded, together
from server.referrals.reverse import reach
from server.referrals.ways import Known, know

SETS = 4  # per account, to measure reach with


@dataclass(frozen=True)
class Cleared:
    """Referrals after those within households and those made for their reward were set apart."""

    honest: Referrals
    games: Gaming
    within: Ints


@dataclass(frozen=True)
class Table:
    """Per account: see docs/referrals.md. `error` is the standard error of `reach`."""

    direct: Ints
    converted: Ints
    subtree: Ints
    depth: Ints
    reach: Floats
    error: Floats
    pagerank: Floats
    core: Ints
    within: Ints
    games: Gaming


def clear(given: Referrals, ties: Ties) -> Cleared:
    """Set apart what does not count for reach or reward; `within` is how many of its household each has referred."""
    games = gaming.find(given, ties)
    inside = together(ties, given.referrer, given.referee)
    within = measures.direct(network(given.rows(inside)))
    return Cleared(given.rows(~inside & ~games.rows), games, within)


def of_campaign(cleared: Cleared, campaign: int) -> Cleared:
    """The referrals of one campaign, after games were found in all: one that is mostly games shows none by itself."""
    return replace(cleared, honest=cleared.honest.rows(cleared.honest.campaign == campaign))


def known(cleared: Cleared) -> Known:
    """What key referrers are chosen from; flagged accounts are not chosen."""
    return know(cleared.honest, cleared.games.flag == 0)


def measure(cleared: Cleared) -> Table:
    """Measure every account."""
    given = know(cleared.honest)
    net, chance = given.net, given.fitted.edge
    below, deep = measures.generations(measures.parents(given.rows))
    far, error = reach(net, chance, affordable(net, chance, SETS * net.size, 1))
    return Table(
        measures.direct(net),
        measures.converted(net),
        below,
        deep,
        far,
        error,
        measures.pagerank(net),
        measures.coreness(net),
        cleared.within,
        cleared.games,
    )


def brought(cleared: Cleared) -> Ints:
    """Who brought each account, or -1: its first referrer among the referrals that brought somebody."""
    return measures.parents(cleared.honest.rows(np.flatnonzero(succeeded(cleared.honest))))
