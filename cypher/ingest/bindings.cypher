// name: merge(rows)
// Bindings between two accounts; the earliest end that is known stays.
UNWIND $rows AS row
MATCH (a:Account {id: row.smaller})
MATCH (b:Account {id: row.larger})
WITH a, b, row, datetime(row.at) AS at, datetime(row.ended) AS ended, EXISTS { (:Detection) } AS watched
WITH *, EXISTS { (a)-[:BOUND {kind: row.kind, at: at}]->(b) } AS known
MERGE (a)-[r:BOUND {kind: row.kind, at: at}]->(b)
WITH *, NOT known OR coalesce(ended < r.endedAt, ended IS NOT NULL AND r.endedAt IS NULL) AS changed
SET r.endedAt = CASE WHEN r.endedAt <= ended THEN r.endedAt ELSE coalesce(ended, r.endedAt) END
WITH a, b
WHERE watched AND changed
SET a:Changed, b:Changed;
