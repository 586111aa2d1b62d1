"""The part of the graph's model that holds roles and paths; `server.model` takes it in."""

from __future__ import annotations

from server.labels import Node, Relationship

NODES = (
    Node(
        "Behaviour",
        "Where roles and paths stand, from the first run on. A run holds its lock.",
        {
            "id": "`behaviour`",
            "model": "what the latest full run fitted, as JSON: how touches lead to purchases, what people buy and use",
            "rows": "of touches and purchases, how many there were then",
            "held": "never set for long: writing it takes the lock",
        },
    ),
    Node(
        "Tally",
        "What the latest full run counted of paths, by category (empty for all), month and dimension; lists by group.",
        {
            "id": "category, month and dimension",
            "category": "id of the category; empty for all",
            "month": "the local month of the purchase, or of the touch where a lift is counted, e.g. 2026-05",
            "dimension": "all, category, actors, action or lag",
            "groups": "names of the groups of the dimension",
            "purchases": "purchases of households with another member (of the group)",
            "cross": "those among them with a step by another member (of the group)",
            "observed": "pairs of another member's touch and a purchase within seven days",
            "expected": "how many of those there would be by chance",
            "oo": "sum over households of observed²",
            "oe": "sum over households of observed · expected",
            "ee": "sum over households of expected²",
        },
        indexes=(("dimension", "category", "month"),),
    ),
    Node(
        "HouseholdMonth",
        "What the latest full run counted of households in a local month.",
        {
            "id": "the month, e.g. 2026-05",
            "month": "the same",
            "households": "of several people, in which somebody did something for the first time",
            "activated": "those of them in which a second person has since",
            "median": "the median of the days that took",
            "waits": "those by how long it took: on the same day, in 1 to 7, 8 to 30, 31 to 90 and more days",
            "recommended": "households, categories and days with a touch by a channel that recommends",
            "followed": "those of them where the household bought in that category within 14 days",
            "exactly": "those where it bought what had been touched",
            "others": "those where somebody else bought than who had touched",
        },
    ),
    Node(
        "Credit",
        "What touches earn of the conversions of a category (empty for all) by one model; lists run in parallel.",
        {
            "id": "category and model",
            "category": "id of the category; empty for all",
            "model": "first, last, linear, time_decay, markov or shapley",
            "conversions": "how many purchases have a path",
            "who": "the buyer, or another by age band",
            "action": "view, search, favourite, cart, share or play",
            "channel": "where the touch was, as its source says",
            "credit": "the conversions earned",
        },
    ),
)

RELATIONSHIPS = (
    Relationship(
        "PLAYS",
        "Account",
        "Household",
        "What a member plays in what the household buys of a category; lists are in the order of "
        "server.roles.decide.ROLES.",
        {
            "category": "id of the category",
            "purchases": "how many the household made there",
            "share": "of what the household spent in all",
            "scores": "per role, the probability that the account has it",
            "lows": "per role, the lower end of its 90 % interval",
            "highs": "per role, the upper end",
            "bought": "how many of the purchases the person made",
            "named": "how many of the others named the person as recipient",
            "led": "expected touches that led to others' purchases: shortly before, first, and now and then",
            "hours": "of these, the mean hours before the purchase",
            "decides": "the category, on whoever is likeliest to decide, with at least one half; else null",
            "place": "household and account, by which decision makers are ordered",
            "digest": "differs where any of this does",
        },
        indexes=(("decides", "place"),),
    ),
    Relationship(
        "LED_TO",
        "Account",
        "Purchase",
        "A touch that is judged to have led to the purchase: a step of its path.",
        {
            "category": "id of the category",
            "step": "its place in the path, from 1",
            "action": "view, search, favourite, cart, share or play",
            "channel": "where, as the touch had it",
            "at": "when, in local time with its offset; to the hour where the graph knows no more",
            "hours": "how long before the purchase",
            "own": "whether the buyer's, by whatever account",
            "probability": "that it led to the purchase",
            "household": "id of the household at that time; null for none",
            "digest": "differs where any of this does",
        },
    ),
)
