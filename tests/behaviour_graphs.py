"""A household with roles and paths as a run would have written them, for tests of the API."""

from __future__ import annotations

from server.db.database import Database
from tests.api_graphs import AS_OF, household
from tests.conftest import run

PLAYS = """
    MATCH (a:Account {id: $account})-[:MEMBER_OF]->(h:Household {id: $home})
    CREATE (a)-[:PLAYS {category: $category, purchases: 6, share: 0.5, scores: $scores, lows: $scores, highs: $scores,
        bought: $bought, named: 0, led: [$led, 0.0, 0.0], hours: [5.0, 0.0, 0.0],
        decides: CASE WHEN $scores[2] >= 0.5 THEN $category END, place: h.id + ' ' + a.id}]->(h)
"""
BOUGHT = """
    MATCH (b:Account {id: $buyer}), (a:Account {id: $other})
    CREATE (b)-[:MADE]->(p:Purchase {id: $id, at: datetime($at), amount: 9.5, currency: 'EUR'})
    MERGE (x:Product {id: 'x'}) MERGE (c:Category {id: 'toys'}) MERGE (x)-[:IN]->(c)
    CREATE (p)-[:OF]->(x)
    CREATE (a)-[:LED_TO {category: 'toys', step: 1, action: 'share', channel: 'app', at: datetime($at), hours: 5.0,
        own: false, probability: 0.9, household: $home}]->(p)
    CREATE (b)-[:LED_TO {category: 'toys', step: 2, action: 'cart', channel: 'app', at: datetime($at), hours: 0.2,
        own: true, probability: 1.0, household: $home}]->(p)
"""


async def plays(db: Database, home: str, account: str, scores: list[float], **more: object) -> None:
    """What a member plays in toys."""
    given = {"category": "toys", "bought": 0, "led": 0.0, **more}
    await run(db, PLAYS, home=home, account=account, scores=scores, **given)


async def bought(db: Database, home: str, buyer: str, other: str, number: int) -> None:
    """A purchase to which a share by another member led."""
    await run(db, BOUGHT, home=home, buyer=buyer, other=other, id=f"o{number}", at=AS_OF)


async def family(db: Database, home: str = "home", buyer: str = "ada", other: str = "ben") -> None:
    """Two people: the one buys toys, the other decides on them."""
    await household(db, home, buyer, other)
    await plays(db, home, buyer, [0.9, 0.0, 0.2, 0.95, 0.6], bought=6)
    await plays(db, home, other, [0.1, 0.3, 0.8, 0.05, 0.4], led=5.0)
