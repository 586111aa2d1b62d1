"""Why two accounts live together, and what to ask an account, in the API."""

from __future__ import annotations

from typing import Any

import graphene

from server.api import concerned
from server.api.accounts import Account
from server.api.households import Household
from server.detect.explain import Explanation
from server.suggestions import MEMBER, NOT_MEMBER

Row = dict[str, Any]

MOST_QUESTIONS = 10


class Reason(graphene.ObjectType):
    """One thing known of a pair; the weights of all and the prior add up to the score."""

    sentence = graphene.String(required=True, description="It in plain words.")
    weight = graphene.Float(required=True, description="Its log-odds: above 0 it speaks for, below 0 against.")
    features = graphene.List(
        graphene.NonNull(graphene.String), required=True, description="The features of the model it is about."
    )


class Aspect(graphene.ObjectType):
    """All that is known of a pair about one thing; the weights of all and the prior add up to the score."""

    about = graphene.String(
        required=True,
        description="The kind of thing; `all` for who the two are, `household` for others there, `overlap` for what "
        "all this says more than once.",
    )
    sentence = graphene.String(required=True, description="What is known, in plain words.")
    weight = graphene.Float(required=True, description="Its log-odds: above 0 it speaks for, below 0 against.")


class PairExplanation(graphene.ObjectType):
    """Why two accounts live together, or why not, by what is in the graph now."""

    together = graphene.Boolean(required=True, description="Whether they live together, all in all.")
    probability = graphene.Float(
        required=True,
        description="That they do by the evidence about the two and the company they keep. What was declared or said "
        "changes the company, and so this too; what decides is `together`.",
    )
    prior = graphene.Float(required=True, description="Log-odds before there is evidence.")
    score = graphene.Float(required=True, description="Log-odds: the prior and the weights of all items.")
    items = graphene.List(
        graphene.NonNull(Reason), required=True, description="What speaks for and against it, strongest first."
    )
    aspects = graphene.List(
        graphene.NonNull(Aspect), required=True, description="The same in few words: a line for each kind of thing."
    )
    shared = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description="What both have, as `kind:keyed hash`, or as `kind:detail` where no identifier is.",
    )
    why = graphene.String(required=True, description="What decides in the end, in plain words.")


class SuggestionKind(graphene.Enum):
    """What the account is to the household of a question."""

    MEMBER = MEMBER
    NOT_MEMBER = NOT_MEMBER

    @property
    def description(self) -> str:
        """Say how an answer is given."""
        return {
            MEMBER: "It is a member now: `confirmMembership` says yes, `declineMembership` no.",
            NOT_MEMBER: "It is not, but could be: the same two say yes and no.",
        }[self.value]


class Suggestion(graphene.ObjectType):
    """A question to ask a person."""

    kind = graphene.Field(SuggestionKind, required=True, description="What the account is to the household now.")
    question = graphene.String(required=True, description="The question in plain words, which name nobody.")
    probability = graphene.Float(required=True, description="How probable a yes is.")
    settles = graphene.Float(
        required=True,
        description="How many pairs the answer is expected to settle: its uncertainty in bits, times the pairs.",
    )
    account = graphene.Field(Account, resolver=concerned.account, description="Whom to ask.")
    household = graphene.Field(Household, resolver=concerned.household, description="About which household.")


def explained(found: Explanation) -> Row:
    """An explanation as a row."""
    lists = {name: [vars(one) for one in getattr(found, name)] for name in ("items", "aspects")}
    return {**vars(found), "probability": found.probability, **lists}
