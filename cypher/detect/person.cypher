// name: join(rows, as_of)
// Begin persons and the accounts behind them.
UNWIND $rows AS row
MATCH (a:Account {id: row.account})
MERGE (p:Person {id: row.id})
CREATE (a)-[:IS {since: datetime($as_of), status: row.status, confidence: row.confidence}]->(p)
WITH a
WHERE EXISTS { (:Behaviour) }
SET a:Stirred;

// name: update(rows)
// Refresh which accounts are a person's.
UNWIND $rows AS row
MATCH (:Person {id: row.id})<-[i:IS]-(a)
WHERE i.until IS NULL AND a.id = row.account
SET i.status = row.status, i.confidence = row.confidence;

// name: leave(rows, as_of)
// End that accounts are a person's.
UNWIND $rows AS row
MATCH (:Person {id: row.id})<-[i:IS]-(a)
WHERE i.until IS NULL AND a.id = row.account
SET i.until = datetime($as_of)
WITH a
WHERE EXISTS { (:Behaviour) }
SET a:Stirred;
