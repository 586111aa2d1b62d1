"""The part of the graph's model that holds what referrals are worth; `server.model` takes it in."""

from __future__ import annotations

from server.labels import Node, Relationship

NODES = (
    Node(
        "Influence",
        "What was measured of an account as a referrer and as a customer; docs/referrals.md and docs/value.md say how.",
        {
            "id": "the account's id",
            "at": "when it was measured, by the wall clock",
            "direct": "accounts it referred",
            "converted": "of those, how many converted",
            "subtree": "accounts below it in the tree of first referrers",
            "depth": "generations below it in that tree",
            "reach": "other accounts it is expected to bring, directly or by others",
            "reachError": "standard error of reach",
            "pagerank": "PageRank against the direction of referrals",
            "betweenness": "shortest paths of referrals between two others through it; null where they are too many",
            "core": "k-core number in the undirected network of referrals",
            "intraHousehold": "accounts of its own household it referred",
            "flag": "ring, burst or self: signs of gaming; null for none",
            "reason": "why it is flagged, as a sentence",
            "purchase": "spent so far",
            "lifetime": "expected to be spent within the next 12 months",
            "network": "the same of those it brought in, its share",
            "currency": "of the three values",
            "digest": "of all these, to see what has changed",
        },
    ),
    Node(
        "KeyReferrer",
        "A place in a set of accounts that together bring most others.",
        {
            "id": "how it was chosen, its place and the campaign",
            "by": "how it was asked to be chosen: best, spread, cover, direct, …",
            "chosenBy": "how it was chosen: for best, what served this data best",
            "campaign": "for which campaign; empty for all of them together",
            "place": "from 1",
            "marginalReach": "accounts it adds to what those before it reach",
            "reach": "accounts that it and those before it reach together",
            "certificate": "they reach at least this share of what as many accounts could at best",
            "at": "when, by the wall clock",
        },
        indexes=(("by", "campaign", "place"),),
    ),
    Node(
        "ReferralDay",
        "How many referrals a campaign had on a day.",
        {
            "id": "day and campaign",
            "campaign": "its name",
            "day": "the local date",
            "referrals": "how many",
            "converted": "of those, how many converted, whenever",
            "intraHousehold": "of those, how many were within a household",
            "flagged": "of those, how many look like gaming",
            "at": "when they were counted, by the wall clock",
        },
        indexes=(("day",),),
    ),
    Node(
        "Measurement",
        "Where what is kept of referrals stands, from the first run on. A run holds its lock.",
        {
            "id": "`measurement`",
            "digest": "of the referrals, households and persons from which the key referrers that stand were chosen",
            "held": "never set for long: writing it takes the lock",
        },
    ),
)

RELATIONSHIPS = (
    Relationship("MEASURED", "Account", "Influence", "What was measured of the account."),
    Relationship("NAMES", "KeyReferrer", "Account", "The account in that place."),
)
