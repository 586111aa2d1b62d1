// name: households()
// Who lives with whom now: one row per account and household of two accounts or more.
MATCH (h:Household)<-[m:MEMBER_OF]-(a:Account)
WHERE h.closedAt IS NULL AND m.until IS NULL AND m.status IN ['inferred', 'confirmed', 'bound']
OPTIONAL MATCH (a)-[i:IS]->(p:Person)
WHERE i.until IS NULL
RETURN h.id AS household_id, a.id AS account_id, p.id AS person_id, m.confidence AS confidence, m.status AS status
ORDER BY household_id, account_id;

// name: latest()
// When the latest run looked from.
MATCH (r:DetectionRun)
RETURN toString(r.asOf) AS as_of
ORDER BY r.startedAt DESC
LIMIT 1;
