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
}]->(b)
WITH a, b
WHERE EXISTS { (:Detection) }
SET a:Changed, b:Changed;

// name: merge(rows)
// Interactions between two accounts; known hours stay, each with the larger count.
UNWIND $rows AS row
MATCH (a:Account {id: row.source})
MATCH (b:Account {id: row.target})
MERGE (a)-[r:INTERACTED {kind: row.kind}]->(b)
WITH a, b, r, row, EXISTS { (:Detection) } AS watched, r.hours IS NULL
  OR r.hours <> row.hours
  OR r.counts <> row.counts
  OR r.firstAt.epochMillis > row.first
  OR r.lastAt.epochMillis < row.last AS changed
CALL (r, row, changed) {
  WITH coalesce(r.hours, []) + row.hours AS hours, coalesce(r.counts, []) + row.counts AS counts
  WHERE changed
  UNWIND range(0, size(hours) - 1) AS n
  WITH hours[n] AS hour, max(counts[n]) AS count
  ORDER BY hour
  WITH collect(hour) AS hours, collect(count) AS counts, sum(count) AS count
  WHERE size(hours) > 0
  SET
    r.hours = hours, r.counts = counts, r.count = count,
    r.firstAt = CASE WHEN r.firstAt.epochMillis <= row.first THEN r.firstAt ELSE datetime({epochMillis: row.first}) END,
    r.lastAt = CASE WHEN r.lastAt.epochMillis >= row.last THEN r.lastAt ELSE datetime({epochMillis: row.last}) END
}
FOREACH (_ IN CASE WHEN changed AND watched THEN [1] ELSE [] END | SET a:Changed, b:Changed);
