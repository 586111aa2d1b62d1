// name: households()
// Who lives with whom now: one row per account and household of two accounts or more.
MATCH (h:Household)<-[m:MEMBER_OF]-(a:Account)
WHERE h.closedAt IS NULL AND m.until IS NULL AND m.status IN ['inferred', 'confirmed', 'bound']
OPTIONAL MATCH (a)-[i:IS]->(p:Person)
WHERE i.until IS NULL
RETURN h.id AS household_id, a.id AS account_id, p.id AS person_id, m.confidence AS confidence, m.status AS status
ORDER BY household_id, account_id;

// name: latest()
// When the latest run looked from, also one that changed nothing.
MATCH (d:Detection {id: 'detection'})
WHERE d.asOf IS NOT NULL
RETURN toString(d.asOf) AS as_of;

// name: roles()
// Every role of every member, in lists of 5000 a row.
MATCH (a:Account)-[p:PLAYS]->(h:Household)
WITH h, a, p ORDER BY h.id, p.category, a.id
WITH collect([h.id, a.id, p.category, p.purchases, p.scores, p.lows, p.highs]) AS rows
UNWIND range(0, size(rows) - 1, 5000) AS start
RETURN rows[start..start + 5000] AS rows;

// name: paths()
// Every step of every path, in lists of 5000 a row.
MATCH (b:Account)-[:MADE]->(p:Purchase)<-[s:LED_TO]-(a:Account)
WITH b, p, s, a ORDER BY p.id, s.category, s.step
WITH collect([p.id, b.id, s.category, s.step, a.id, s.action, toString(s.at)]) AS rows
UNWIND range(0, size(rows) - 1, 5000) AS start
RETURN rows[start..start + 5000] AS rows;
