"""The part of the graph's model that holds persons and households; `server.model` takes it in."""

from __future__ import annotations

from server.labels import Node, Relationship

NODES = (
    Node(
        "Person",
        "One human being behind two or more accounts; a person with one account needs no node.",
        {"id": "Hearth's id"},
    ),
    Node(
        "Household",
        "People who live together, as detected and confirmed; its id outlives changes of members.",
        {
            "id": "Hearth's id",
            "createdAt": "the as-of time of the run that first saw it",
            "closedAt": "the as-of time of the run that ended it; null while it lasts",
            "confidence": "the mean confidence of its members",
            "structure": "its shape by age band, e.g. couple_with_children",
            "size": "how many persons (not accounts) live in it",
        },
        indexes=(("size", "id"), ("confidence", "id")),
    ),
    Node(
        "DetectionRun",
        "One run of detection that changed something.",
        {
            "id": "Hearth's id",
            "startedAt": "by the wall clock",
            "finishedAt": "by the wall clock",
            "asOf": "the time the run looked from: the latest in the data, or as asked",
            "model": "the name of the model that weighed the evidence",
            "counts": "what it read and wrote, as JSON",
        },
        indexes=(("startedAt",),),
    ),
    Node(
        "Detection",
        "Where detection stands, from the first run on. A run holds its lock.",
        {
            "id": "`detection`",
            "asOf": "the time that the latest run looked from",
            "token": "names what that run kept on disk for the next; null makes the next look at everything",
            "held": "never set for long: writing it takes the lock",
            "trained": "the model that a first run settled or `hearth train` chose, as JSON; null: the shipped one",
        },
    ),
)

RELATIONSHIPS = (
    Relationship(
        "SAID",
        "Account",
        "Account",
        "What a person said last of living with another; holds or parts the two from the next run on.",
        {
            "word": "together or apart; apart wins when two say different things of each other",
            "how": "confirm, decline or leave",
            "at": "when it was said, UTC",
            "household": "id of the household that it was said of",
        },
    ),
    Relationship(
        "IS",
        "Account",
        "Person",
        "The account belongs to the person.",
        {
            "confidence": "probability",
            "status": "inferred or bound",
            "since": "as-of time of the run that first saw it",
            "until": "as-of time of the run that ended it; null while it lasts",
        },
    ),
    Relationship(
        "MEMBER_OF",
        "Account",
        "Household",
        "The account lives in the household.",
        {
            "confidence": "probability that it lives with another member drawn at random",
            "status": "inferred, confirmed, bound, declined or left",
            "since": "as-of time of the run that first saw it",
            "until": "as-of time of the run that ended it; null while it lasts",
            "run": "id of the run that last changed it",
            "score": "log-odds: the sum of the weights of its evidence",
            "evidence": "what speaks for and against, an item a line, strongest first: its weight in log-odds, with "
            "how many other members it is shared, and kind or kind:identifier",
        },
    ),
    Relationship(
        "SUCCEEDED_BY",
        "Household",
        "Household",
        "The household went on as the other.",
        {"at": "as-of time of the run", "reason": "merged or split"},
    ),
)
