// name: merge(rows)
// Bindings between two accounts, one per kind and moment; the earliest end that is known stays.
UNWIND $rows AS row
MATCH (a:Account {id: row.smaller})
MATCH (b:Account {id: row.larger})
WITH a, b, row, datetime(row.at) AS at, datetime(row.ended) AS ended, EXISTS { (:Detection) } AS watched
WITH *, COLLECT {
  MATCH (a)-[old:BOUND {kind: row.kind}]->(b)
  WHERE old.at.epochSeconds = at.epochSeconds AND old.at.nanosecond = at.nanosecond // whatever its offset
  RETURN old.at
}[0] AS known
MERGE (a)-[r:BOUND {kind: row.kind, at: coalesce(known, at)}]->(b)
WITH *, known IS NULL OR coalesce(ended < r.endedAt, ended IS NOT NULL AND r.endedAt IS NULL) AS changed
SET
  r.at = CASE WHEN at < r.at THEN at ELSE r.at END,
  r.endedAt = CASE WHEN r.endedAt <= ended THEN r.endedAt ELSE coalesce(ended, r.endedAt) END
WITH a, b
WHERE watched AND changed
SET a:Changed, b:Changed;
