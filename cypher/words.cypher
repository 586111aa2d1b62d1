// name: stands(account, household, cap)
// How an account and a household stand to each other: whether they are there, the status of the present membership,
// what the account said of the household last and whether a run has yet to look at the account, and whether it was a
// member or shares something with one of them.
RETURN EXISTS { (:Account {id: $account}) } AS account,
  EXISTS { (:Household {id: $household}) } AS household,
  EXISTS { (h:Household {id: $household}) WHERE h.closedAt IS NULL } AS open,
  [(:Account {id: $account})-[m:MEMBER_OF]->(:Household {id: $household}) WHERE m.until IS NULL | m.status][0] AS status,
  COLLECT {
    MATCH (:Account {id: $account})-[s:SAID {household: $household}]->(:Account)
    RETURN s.how ORDER BY s.at DESC LIMIT 1
  }[0] AS said,
  NOT EXISTS { (:Detection) } OR EXISTS { (a:Account {id: $account}) WHERE a:Changed OR a:Claimed } AS waiting,
  EXISTS { (:Account {id: $account})-[:MEMBER_OF]->(:Household {id: $household}) }
  OR EXISTS {
    MATCH (:Account {id: $account})-[:USES|CONNECTS_FROM|SHIPS_TO|PAYS_WITH]->(i:Identifier)
    WHERE i.accounts <= $cap
    MATCH (i)<-[:USES|CONNECTS_FROM|SHIPS_TO|PAYS_WITH]-(:Account)-[m:MEMBER_OF]->(:Household {id: $household})
    WHERE m.until IS NULL
  }
  OR EXISTS {
    MATCH (:Account {id: $account})-[:INTERACTED]-(:Account)-[m:MEMBER_OF]->(:Household {id: $household})
    WHERE m.until IS NULL
  } AS asked;

// name: say(account, household, word, how, at)
// An account says of every other member of a household that they live together or do not; the same word said again
// changes nothing. Of a household that has ended, it is about those of whom it spoke before.
MATCH (me:Account {id: $account})
MATCH (h:Household {id: $household})<-[m:MEMBER_OF]-(other:Account)
WHERE other <> me AND CASE
  WHEN h.closedAt IS NULL THEN m.until IS NULL
  ELSE EXISTS { (me)-[:SAID {household: $household}]->(other) }
END
WITH DISTINCT me, other
MERGE (me)-[s:SAID]->(other)
WITH me, other, s
WHERE s.how IS NULL OR s.how <> $how OR s.household <> $household
SET s.word = $word, s.how = $how, s.household = $household, s.at = datetime($at)
WITH me, other
WHERE EXISTS { (:Detection) }
SET me:Changed, other:Changed;

// name: bind(smaller, larger, kind, at, now)
// Declare that two accounts belong together, as a load would. Without $at it is from now, or from when such a binding
// began that still holds.
MATCH (a:Account {id: $smaller})
MATCH (b:Account {id: $larger})
SET a.id = a.id // takes the lock: of several requests at once only the first finds no binding
WITH a, b, EXISTS { (:Detection) } AS watched, coalesce(
  COLLECT {
    MATCH (a)-[old:BOUND {kind: $kind}]->(b)
    WHERE old.at.epochSeconds = datetime($at).epochSeconds AND old.at.nanosecond = datetime($at).nanosecond
    RETURN old.at
  }[0],
  datetime($at),
  COLLECT {
    MATCH (a)-[old:BOUND {kind: $kind}]->(b)
    WHERE old.endedAt IS NULL OR old.endedAt > datetime($now)
    RETURN old.at ORDER BY old.at LIMIT 1
  }[0],
  datetime($now)) AS at
WITH a, b, at, watched, EXISTS { (a)-[:BOUND {kind: $kind, at: at}]->(b) } AS known
MERGE (a)-[r:BOUND {kind: $kind, at: at}]->(b)
FOREACH (one IN CASE WHEN known THEN [] ELSE [a, b] END |
  SET one.lastSeenAt = CASE WHEN one.lastSeenAt >= at THEN one.lastSeenAt ELSE at END)
FOREACH (one IN CASE WHEN known OR NOT watched THEN [] ELSE [a, b] END | SET one:Changed)
WITH a, b, r, watched
RETURN r.kind AS kind, toString(r.at) AS at, toString(r.endedAt) AS endedAt,
  [one IN [a, b] | one {.*, registeredAt: toString(one.registeredAt), lastSeenAt: toString(one.lastSeenAt)}] AS accounts,
  NOT watched OR any(one IN [a, b] WHERE one:Changed OR one:Claimed) AS pending;
