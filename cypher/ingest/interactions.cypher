// name: known(ids)
// Which of these accounts are where an interaction begins.
UNWIND $ids AS id
MATCH (a:Account {id: id})
WHERE EXISTS { (a)-[:INTERACTED]->() }
RETURN a.id AS id
ORDER BY id;

// name: create(rows)
// Interactions of accounts from which none begins yet.
UNWIND $rows AS row
MATCH (a:Account {id: row.source})
MATCH (b:Account {id: row.target})
CREATE (a)-[:INTERACTED {
  kind: row.kind, hours: row.hours, counts: row.counts, count: row.count,
  firstAt: datetime({epochMillis: row.first}), lastAt: datetime({epochMillis: row.last})
}]->(b);

// name: merge(rows)
// Interactions between two accounts; known hours stay, each with the larger count.
UNWIND $rows AS row
MATCH (a:Account {id: row.source})
MATCH (b:Account {id: row.target})
MERGE (a)-[r:INTERACTED {kind: row.kind}]->(b)
  ON CREATE SET
    r.hours = row.hours, r.counts = row.counts, r.count = row.count,
    r.firstAt = datetime({epochMillis: row.first}), r.lastAt = datetime({epochMillis: row.last})
WITH r, row
CALL (r, row) {
  WITH r.hours + row.hours AS hours, r.counts + row.counts AS counts
  WHERE r.hours <> row.hours
     OR r.counts <> row.counts
     OR r.firstAt.epochMillis > row.first
     OR r.lastAt.epochMillis < row.last
  UNWIND range(0, size(hours) - 1) AS n
  WITH hours[n] AS hour, max(counts[n]) AS count
  ORDER BY hour
  WITH collect(hour) AS hours, collect(count) AS counts, sum(count) AS count
  WHERE size(hours) > 0
  SET
    r.hours = hours, r.counts = counts, r.count = count,
    r.firstAt = CASE WHEN r.firstAt.epochMillis > row.first THEN datetime({epochMillis: row.first}) ELSE r.firstAt END,
    r.lastAt = CASE WHEN r.lastAt.epochMillis < row.last THEN datetime({epochMillis: row.last}) ELSE r.lastAt END
};
