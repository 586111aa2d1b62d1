// name: known(ids)
// Which of these networks are in the graph.
UNWIND $ids AS id
MATCH (i:Network {id: id})
RETURN i.id AS id
ORDER BY id;

// name: create(rows, details)
// Networks that the graph does not have, with the accounts seen on them.
UNWIND $rows AS row
CREATE (i:Network:Identifier {id: row.id, accounts: row.accounts, detail: $details[row.claim]})
WITH i, row, EXISTS { (:Detection) } AS watched
UNWIND row.edges AS edge
MATCH (a:Account {id: edge.account})
CREATE (a)-[:CONNECTS_FROM {
  hours: edge.hours, claims: edge.claims, counts: edge.counts, count: edge.count,
  firstSeen: datetime({epochMillis: edge.first}), lastSeen: datetime({epochMillis: edge.last})
}]->(i)
WITH a, watched
WHERE watched
SET a:Changed;

// name: merge(rows, details)
// Networks and the accounts seen on them; known hours stay, each with the larger claim and count.
UNWIND $rows AS row
MERGE (i:Network {id: row.id})
  ON CREATE SET i:Identifier
WITH i, row
UNWIND row.edges AS edge
MATCH (a:Account {id: edge.account})
MERGE (a)-[r:CONNECTS_FROM]->(i)
WITH a, i, r, edge, EXISTS { (:Detection) } AS watched, r.hours IS NULL
  OR r.hours <> edge.hours OR r.claims <> edge.claims OR r.counts <> edge.counts
  OR r.firstSeen.epochMillis > edge.first OR r.lastSeen.epochMillis < edge.last AS changed
CALL (r, edge, changed) {
  WITH coalesce(r.hours, []) + edge.hours AS hours, coalesce(r.claims, []) + edge.claims AS claims,
    coalesce(r.counts, []) + edge.counts AS counts
  WHERE changed
  UNWIND range(0, size(hours) - 1) AS n
  WITH hours[n] AS hour, max(claims[n]) AS claim, max(counts[n]) AS count
  ORDER BY hour
  WITH collect(hour) AS hours, collect(claim) AS claims, collect(count) AS counts, sum(count) AS count
  WHERE size(hours) > 0
  SET
    r.hours = hours, r.claims = claims, r.counts = counts, r.count = count,
    r.firstSeen = CASE WHEN r.firstSeen.epochMillis <= edge.first THEN r.firstSeen ELSE datetime({epochMillis: edge.first}) END,
    r.lastSeen = CASE WHEN r.lastSeen.epochMillis >= edge.last THEN r.lastSeen ELSE datetime({epochMillis: edge.last}) END
}
FOREACH (_ IN CASE WHEN changed AND watched THEN [1] ELSE [] END | SET a:Changed)
WITH DISTINCT i, COUNT { (i)<-[:CONNECTS_FROM]-() } AS accounts
SET
  i.accounts = accounts,
  i.detail = CASE WHEN accounts <= 1000 THEN $details[COLLECT {
    MATCH (i)<-[r:CONNECTS_FROM]-()
    UNWIND r.claims AS claim
    WITH claim, count(*) AS votes
    WHERE claim > 0
    RETURN claim
    ORDER BY votes DESC, claim
    LIMIT 1
  }[0]] END;
