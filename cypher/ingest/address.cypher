// name: known(ids)
// Which of these addresses are in the graph.
UNWIND $ids AS id
MATCH (i:Address {id: id})
RETURN i.id AS id
ORDER BY id;

// name: create(rows, details)
// Addresses that the graph does not have, with the accounts whose parcels go there.
UNWIND $rows AS row
CREATE (i:Address:Identifier {id: row.id, accounts: row.accounts, detail: $details[row.claim]})
WITH i, row
UNWIND row.edges AS edge
MATCH (a:Account {id: edge.account})
CREATE (a)-[:SHIPS_TO {
  hours: edge.hours, claims: edge.claims, counts: edge.counts, count: edge.count,
  firstSeen: datetime({epochMillis: edge.first}), lastSeen: datetime({epochMillis: edge.last})
}]->(i);

// name: merge(rows, details)
// Addresses and the accounts whose parcels go there; known hours stay, each with the larger claim and count.
UNWIND $rows AS row
MERGE (i:Address {id: row.id})
  ON CREATE SET i:Identifier
WITH i, row
UNWIND row.edges AS edge
MATCH (a:Account {id: edge.account})
MERGE (a)-[r:SHIPS_TO]->(i)
  ON CREATE SET
    r.hours = edge.hours, r.claims = edge.claims, r.counts = edge.counts, r.count = edge.count,
    r.firstSeen = datetime({epochMillis: edge.first}), r.lastSeen = datetime({epochMillis: edge.last})
WITH i, r, edge
CALL (r, edge) {
  WITH r.hours + edge.hours AS hours, r.claims + edge.claims AS claims, r.counts + edge.counts AS counts
  WHERE r.hours <> edge.hours
     OR r.claims <> edge.claims
     OR r.counts <> edge.counts
     OR r.firstSeen.epochMillis > edge.first
     OR r.lastSeen.epochMillis < edge.last
  UNWIND range(0, size(hours) - 1) AS n
  WITH hours[n] AS hour, max(claims[n]) AS claim, max(counts[n]) AS count
  ORDER BY hour
  WITH collect(hour) AS hours, collect(claim) AS claims, collect(count) AS counts, sum(count) AS count
  WHERE size(hours) > 0
  SET
    r.hours = hours, r.claims = claims, r.counts = counts, r.count = count,
    r.firstSeen = CASE WHEN r.firstSeen.epochMillis > edge.first THEN datetime({epochMillis: edge.first}) ELSE r.firstSeen END,
    r.lastSeen = CASE WHEN r.lastSeen.epochMillis < edge.last THEN datetime({epochMillis: edge.last}) ELSE r.lastSeen END
}
WITH DISTINCT i, COUNT { (i)<-[:SHIPS_TO]-() } AS accounts
SET
  i.accounts = accounts,
  i.detail = CASE WHEN accounts <= 1000 THEN $details[COLLECT {
    MATCH (i)<-[r:SHIPS_TO]-()
    UNWIND r.claims AS claim
    WITH claim, count(*) AS votes
    WHERE claim > 0
    RETURN claim
    ORDER BY votes DESC, claim
    LIMIT 1
  }[0]] END;
