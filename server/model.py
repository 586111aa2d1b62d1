"""The graph, declared once: labels, relationships, properties and the indexes that serve reads.

`cypher/schema.cypher` and `docs/model.md` are generated from here (`make generate`), and the tests hold every
statement to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap

from server.labels import Node, Relationship
from server.model_behaviour import NODES as BEHAVIOUR_NODES
from server.model_behaviour import RELATIONSHIPS as BEHAVIOUR_RELATIONSHIPS
from server.model_detection import NODES as DETECTION_NODES
from server.model_detection import RELATIONSHIPS as DETECTION_RELATIONSHIPS
from server.model_referrals import NODES as REFERRAL_NODES
from server.model_referrals import RELATIONSHIPS as REFERRAL_RELATIONSHIPS

# What an account's edge to an identifier remembers of all the times it was seen there. Each row of the exchange
# format falls into one local hour; the three lists run in parallel, so that loads commute and repeat harmlessly.
HABITS = {
    "hours": "the distinct local hours it was seen in, ascending; hours since 1970-01-01T00:00 by the local clock",
    "claims": "per hour, what the source called the identifier, as a place in server.model.DETAILS; 0 is nothing",
    "counts": "per hour, how many sightings the source counted",
    "count": "all sightings: the sum of counts",
    "firstSeen": "the earliest sighting, UTC",
    "lastSeen": "the latest sighting, UTC",
}

# The details a source may claim, per kind. A code on an edge is a place in this tuple: 0 says nothing.
DETAILS: Mapping[str, tuple[str, ...]] = {
    "device": ("", "phone", "tablet", "computer", "tv", "watch", "speaker", "elder_phone", "other"),
    "network": ("", "wifi", "mobile", "ip"),
    "address": ("", "home", "work", "pickup_point", "other"),
    "payment": ("",),
}

# Interactions without a direction are stored once, from the smaller account id to the larger.
MUTUAL = ("message", "file_share", "co_view", "album_edit")
DIRECTED = ("mention", "gift", "report_view")

IDENTIFIER = {
    "id": "keyed hash of the kind and the normalised value, with the key's id before the colon",
    "detail": "what most sightings call it; empty beyond 1000 accounts, where it is nobody's own",
    "accounts": "how many accounts were seen with it",
}

NODES = (
    Node(
        "Account",
        "One account of one platform; the id is the platform's. `Changed` and `Claimed` are on accounts at which "
        "detection has yet to look again, and at which it is looking; `Stirred` and "
        "`Judging` the same for roles and paths.",
        {
            "id": "the platform's id",
            "platform": "where the account lives",
            "registeredAt": "when it was opened",
            "ageBand": "child, teen, adult or elder",
            "gender": "female, male or other",
            "city": "the city the platform names",
            "lastSeenAt": "the latest time in any row about it",
        },
        indexes=(("lastSeenAt",),),
        also=("Changed", "Claimed", "Stirred", "Judging"),
    ),
    *DETECTION_NODES,
    Node("Device", "A phone, tablet, television, watch, …", IDENTIFIER, also=("Identifier",)),
    Node("Network", "A wireless network, mobile cell or IP address.", IDENTIFIER, also=("Identifier",)),
    Node("Address", "A place that parcels go to.", IDENTIFIER, also=("Identifier",)),
    Node("Payment", "A card or wallet that pays.", IDENTIFIER, also=("Identifier",)),
    Node(
        "Purchase",
        "One order.",
        {
            "id": "the platform's id",
            "at": "when it was placed, in local time with its offset",
            "amount": "the sum of its lines; null when no line has one",
            "currency": "of the amount",
        },
    ),
    Node(
        "Product",
        "A thing that is sold.",
        {"id": "the platform's id", "touches": "how often it was touched when `hearth roles --full` last looked"},
    ),
    Node("Category", "A kind of product.", {"id": "its name"}),
    *REFERRAL_NODES,
    Node(
        "Writer",
        "A transaction of many that a run writes in side by side, for which the next run waits.",
        {
            "id": "the kind of run, and which of its writers",
            "held": "never set for long: writing it takes the lock",
            "writing": "set from a run's first write until it ends; if left, the next looks at everything",
        },
    ),
    *BEHAVIOUR_NODES,
    Node(
        "Key",
        "A key that identifiers in this graph were hashed with; never the key itself.",
        {
            "id": "the key's id",
            "check": "a fixed text hashed with the key, to refuse a wrong one",
            "loading": "true while a load with it writes; one that was killed leaves it to the next that ends",
        },
    ),
    Node(
        "Migration",
        "A numbered migration that was applied to this graph; `schema` is schema.cypher.",
        {"id": "its number and words", "at": "when", "checksum": "SHA-256 of its text"},
    ),
)

RELATIONSHIPS = (
    Relationship("USES", "Account", "Device", "The account was seen on the device.", HABITS),
    Relationship("CONNECTS_FROM", "Account", "Network", "The account was seen on the network.", HABITS),
    Relationship("SHIPS_TO", "Account", "Address", "Parcels for the account go there.", HABITS),
    Relationship("PAYS_WITH", "Account", "Payment", "The account paid with it.", HABITS),
    Relationship("MADE", "Account", "Purchase", "The account placed the order."),
    Relationship(
        "OF",
        "Purchase",
        "Product",
        "A line of the order.",
        {"quantity": "pieces", "amount": "its price", "category": "what it was bought as"},
    ),
    Relationship("IN", "Product", "Category", "The product belongs to the category."),
    Relationship("DELIVERED_TO", "Purchase", "Address", "Where the order went."),
    Relationship("PAID_WITH", "Purchase", "Payment", "What paid for the order."),
    Relationship("FOR", "Purchase", "Account", "The recipient, when that is not the buyer."),
    *(
        Relationship(
            "TOUCHED",
            "Account",
            target,
            "The account viewed, searched, … the target; one per account, target, action and local day.",
            {
                "action": "view, search, favourite, cart, share, play or login",
                "day": "the local date",
                "hours": "the distinct local hours, as on sightings",
                "times": "per hour, its first touch; seconds since 1970, UTC",
                "count": "how many distinct hours",
                "at": "the first touch of the day, in local time with its offset",
                "channel": "of that first touch",
            },
        )
        for target in ("Category", "Product")
    ),
    Relationship(
        "INTERACTED",
        "Account",
        "Account",
        "One kind of interaction between two accounts; mutual kinds run from the smaller id to the larger.",
        {
            "kind": "mention, message, file_share, co_view, gift, album_edit or report_view",
            "hours": "the distinct local hours, as on sightings",
            "counts": "per hour, how many the source counted",
            "count": "all of them: the sum of counts",
            "firstAt": "the earliest, UTC",
            "lastAt": "the latest, UTC",
        },
    ),
    Relationship(
        "REFERRED",
        "Account",
        "Account",
        "The referrer brought the referee; one per pair and campaign, the earliest.",
        {
            "at": "when, in local time with its offset",
            "channel": "how",
            "campaign": "for which campaign; empty for none",
            "convertedAt": "when the referee first bought",
        },
    ),
    *REFERRAL_RELATIONSHIPS,
    Relationship(
        "BOUND",
        "Account",
        "Account",
        "The two accounts were declared to belong together; runs from the smaller id to the larger.",
        {
            "kind": "family_group, parental_control, family_card or same_person",
            "at": "from when, in local time with its offset",
            "endedAt": "until when; null while it holds",
        },
    ),
    *DETECTION_RELATIONSHIPS,
    *BEHAVIOUR_RELATIONSHIPS,
)


def schema() -> str:
    """The constraints, indexes and names as a script of Cypher, safe to repeat."""
    lines = ["// Generated from server/model.py by `make generate`; do not edit."]
    for node in NODES:
        name = node.label.lower()
        constraint = f"CREATE CONSTRAINT {name}_{node.key} IF NOT EXISTS FOR (n:{node.label})"
        lines.append(f"{constraint} REQUIRE n.{node.key} IS UNIQUE;")
        for columns in node.indexes:
            index = f"CREATE INDEX {name}_{'_'.join(columns).lower()} IF NOT EXISTS FOR (n:{node.label})"
            lines.append(f"{index} ON ({', '.join(f'n.{column}' for column in columns)});")
    for kind in RELATIONSHIPS:
        for columns in kind.indexes:
            index = (
                f"CREATE INDEX {kind.type.lower()}_{'_'.join(columns).lower()} IF NOT EXISTS FOR ()-[r:{kind.type}]-()"
            )
            lines.append(f"{index} ON ({', '.join(f'r.{column}' for column in columns)});")
    lines.append("// The names of the model, so that no statement warns of one that a small graph does not have yet.")
    labels = {label for node in NODES for label in (node.label, *node.also)}
    types = {relationship.type for relationship in RELATIONSHIPS}
    declared = [node.properties for node in NODES] + [relationship.properties for relationship in RELATIONSHIPS]
    properties = {name for names in declared for name in names}
    for procedure, names in (("Label", labels), ("RelationshipType", types), ("Property", properties)):
        listed = ", ".join(f"'{name}'" for name in sorted(names))
        lines += ["UNWIND [", *wrap(listed, 110, initial_indent="  ", subsequent_indent="  ")]
        lines += [f"] AS name CALL db.create{procedure}(name);"]
    return "\n".join(lines) + "\n"


def page() -> str:
    """The model as a page of Markdown, for `docs/model.md`."""
    lines = [
        "# The graph",
        "",
        "Generated from `server/model.py` by `make generate`; do not edit.",
        "",
        "## Nodes",
        "",
    ]
    for node in NODES:
        labels = "".join(f":{label}" for label in (node.label, *node.also))
        lines += [f"### `{labels}`", "", node.description, "", *_table(node.properties), ""]
    lines += ["## Relationships", ""]
    for relationship in RELATIONSHIPS:
        pattern = f"(:{relationship.start})-[:{relationship.type}]->(:{relationship.end})"
        lines += [f"### `{pattern}`", "", relationship.description, "", *_table(relationship.properties)]
        lines += [""] if relationship.properties else []
    return "\n".join(lines).rstrip() + "\n"


def _table(properties: Mapping[str, str]) -> list[str]:
    if not properties:
        return []
    rows = [f"| `{name}` | {meaning} |" for name, meaning in properties.items()]
    return ["| property | meaning |", "|---|---|", *rows]
