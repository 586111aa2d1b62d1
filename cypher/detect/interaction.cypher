// name: groups()
// Who interacts with whom, one kind at a time; both have the hours of the interaction. In the form of device.groups.
MATCH (a:Account)-[r:INTERACTED]->(b:Account)
WITH collect(['', r.kind, 2, [a.id, b.id], [r.hours], null, null]) AS rows
UNWIND range(0, size(rows) - 1, 5000) AS start
RETURN rows[start..start + 5000] AS groups;

// name: around(accounts)
// The same for these accounts only.
UNWIND $accounts AS id
MATCH (:Account {id: id})-[r:INTERACTED]-(:Account)
WITH DISTINCT r
WITH collect(['', r.kind, 2, [startNode(r).id, endNode(r).id], [r.hours], null, null]) AS rows
UNWIND range(0, size(rows) - 1, 5000) AS start
RETURN rows[start..start + 5000] AS groups;
