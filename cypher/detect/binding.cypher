// name: groups()
// Who declared to belong together; since and until are local hours since 1970-01-01T00:00. In the form of device.groups.
MATCH (a:Account)-[r:BOUND]->(b:Account)
WITH collect([
  '', r.kind, 2, [a.id, b.id], [],
  (r.at.epochSeconds + r.at.offsetSeconds) / 3600,
  (r.endedAt.epochSeconds + r.endedAt.offsetSeconds) / 3600
]) AS rows
UNWIND range(0, size(rows) - 1, 5000) AS start
RETURN rows[start..start + 5000] AS groups;

// name: around(accounts)
// The same for these accounts only.
UNWIND $accounts AS id
MATCH (:Account {id: id})-[r:BOUND]-(:Account)
WITH DISTINCT r
WITH collect([
  '', r.kind, 2, [startNode(r).id, endNode(r).id], [],
  (r.at.epochSeconds + r.at.offsetSeconds) / 3600,
  (r.endedAt.epochSeconds + r.endedAt.offsetSeconds) / 3600
]) AS rows
UNWIND range(0, size(rows) - 1, 5000) AS start
RETURN rows[start..start + 5000] AS groups;
