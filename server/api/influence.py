"""Referrals, key referrers and customer value in the API."""

from __future__ import annotations

from typing import Any

import graphene

from server.api.scalars import DateTime

Row = dict[str, Any]


class ReferralFlag(graphene.Enum):
    """A sign that referrals were made for their reward; such referrals count for nothing."""

    RING = "ring"
    BURST = "burst"
    SELF = "self"

    @property
    def description(self) -> str:
        """Spell the sign out."""
        return {
            "ring": "In a circle of accounts that referred one another within a day.",
            "burst": "Referred many accounts within an hour.",
            "self": "Referred, or was referred by, an account of the same person.",
        }[self.value]


class AccountReferrals(graphene.ObjectType):
    """What an account has done for the network of referrals, as measured last by `hearth referrals`."""

    at = graphene.Field(DateTime, required=True, description="When it was measured.")
    direct = graphene.Int(required=True, description="How many accounts it referred.")
    converted = graphene.Int(required=True, description="Of those, how many converted.")
    subtree = graphene.Int(required=True, description="Accounts below it in the tree of first referrers.")
    depth = graphene.Int(required=True, description="Generations below it in that tree.")
    reach = graphene.Float(required=True, description="Other accounts it is expected to bring, directly or by others.")
    reach_error = graphene.Float(required=True, description="The standard error of `reach`.")
    pagerank = graphene.Float(required=True, description="PageRank against the direction of referrals.")
    betweenness = graphene.Float(
        description="Shortest paths of referrals between two others through it; null in a network with too many."
    )
    core = graphene.Int(required=True, description="Its k-core number in the undirected network.")
    intra_household = graphene.Int(
        required=True, description="Accounts of its own household it referred; they count for nothing else."
    )
    flag = graphene.Field(ReferralFlag, description="A sign of gaming; null when there is none.")
    reason = graphene.String(description="Why it is flagged, as a sentence.")


class CustomerValue(graphene.ObjectType):
    """What customers are worth, in one currency, as measured last by `hearth referrals`."""

    at = graphene.Field(DateTime, required=True, description="When it was measured.")
    currency = graphene.String(required=True, description="Of the amounts; what was paid in others is not counted.")
    purchase = graphene.Float(required=True, description="Spent so far.")
    lifetime = graphene.Float(required=True, description="Expected to be spent within the next 12 months.")
    network = graphene.Float(required=True, description="The same of those brought in, shared and counted once.")
    total = graphene.Float(required=True, description="The sum of the three.")


class RankedBy(graphene.Enum):
    """How key referrers are chosen."""

    BEST = "best"
    SPREAD = "spread"
    REST = "rest"
    ACTIVE = "active"
    LATEST = "latest"
    COVER = "cover"
    BEGAN = "began"
    REACH = "reach"
    BELOW = "below"
    STARTED = "started"
    CONVERTED = "converted"
    DIRECT = "direct"
    RECENT = "recent"
    SUBTREE = "subtree"
    PAGERANK = "pagerank"
    CORE = "core"

    @property
    def description(self) -> str:
        """Say what it goes by."""
        return {
            "best": "The way that served this data best so far, judged on later referrals.",
            "spread": "Largest expected reach together, from how often each account's invitations convert.",
            "rest": "The same, of those who have not converted yet.",
            "active": "Most accounts really brought, where how often one takes part and begins counts much more.",
            "latest": "Most accounts really brought lately.",
            "cover": "Most accounts really brought together, from anywhere in a chain.",
            "began": "Most accounts really brought together, from the beginning of chains.",
            "below": "Most accounts really brought, by itself or by those it brought, one by one.",
            "recent": "Most accounts referred in the latest quarter of all invitations, one by one.",
            "started": "Most campaigns in which a chain began with it, one by one.",
        }.get(self.value, f"The highest {self.value}, one by one.")


class KeyReferrer(graphene.ObjectType):
    """A place in a set of accounts that together bring most others."""

    place = graphene.Int(required=True, description="From 1.")
    account = graphene.Field("server.api.accounts.Account", required=True, description="The account.")
    marginal_reach = graphene.Float(required=True, description="What it adds to the reach of those before it.")
    reach = graphene.Float(required=True, description="Accounts that it and those before it bring together.")
    certificate = graphene.Float(
        required=True, description="They reach at least this share of what as many accounts could at best."
    )
    chosen_by = graphene.String(required=True, description="How it was chosen; for BEST, what served this data best.")
    at = graphene.Field(DateTime, required=True, description="When it was chosen.")


class ReferralStats(graphene.ObjectType):
    """How many referrals there were, as counted last by `hearth referrals`."""

    referrals = graphene.Int(required=True, description="All of them.")
    converted = graphene.Int(required=True, description="Of those, how many converted, whenever.")
    intra_household = graphene.Int(required=True, description="Of those, how many were within a household.")
    flagged = graphene.Int(required=True, description="Of those, how many look like gaming.")
    at = graphene.Field(DateTime, description="When they were counted; null when there are none.")
