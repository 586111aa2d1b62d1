// name: merge(rows)
// Bindings between two accounts; the earliest end that is known stays.
UNWIND $rows AS row
MATCH (a:Account {id: row.smaller})
MATCH (b:Account {id: row.larger})
MERGE (a)-[r:BOUND {kind: row.kind, at: datetime(row.at)}]->(b)
WITH a, b, r, datetime(row.ended) AS ended, EXISTS { (:Detection) } AS watched
SET r.endedAt = CASE WHEN r.endedAt <= ended THEN r.endedAt ELSE coalesce(ended, r.endedAt) END
WITH a, b, watched
WHERE watched
SET a:Changed, b:Changed;
