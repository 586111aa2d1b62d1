// name: households()
// The households that last, oldest first, with their members as they stand.
MATCH (h:Household)
WHERE h.closedAt IS NULL
CALL (h) {
  MATCH (h)<-[m:MEMBER_OF]-(a:Account)
  WHERE m.until IS NULL AND m.status IN ['inferred', 'confirmed', 'bound']
  RETURN collect({
    account: a.id, confidence: m.confidence, status: m.status, score: m.score,
    evidence: m.evidence, weights: m.weights, shared: m.shared
  }) AS members
}
RETURN h.id AS id, toString(h.createdAt) AS created, h.size AS size, h.structure AS structure,
       h.confidence AS confidence, members
ORDER BY created, id;

// name: persons()
// The persons behind two or more accounts, oldest first, with those accounts as they stand.
MATCH (p:Person)<-[i:IS]-(a:Account)
WHERE i.until IS NULL
WITH p, min(i.since) AS since, collect({account: a.id, confidence: i.confidence, status: i.status}) AS members
RETURN p.id AS id, toString(since) AS created, members
ORDER BY created, id;

// name: households_of(accounts)
// The same for the households of these accounts only.
UNWIND $accounts AS id
MATCH (:Account {id: id})-[of:MEMBER_OF]->(h:Household)
WHERE of.until IS NULL AND h.closedAt IS NULL
WITH DISTINCT h
CALL (h) {
  MATCH (h)<-[m:MEMBER_OF]-(a:Account)
  WHERE m.until IS NULL AND m.status IN ['inferred', 'confirmed', 'bound']
  RETURN collect({
    account: a.id, confidence: m.confidence, status: m.status, score: m.score,
    evidence: m.evidence, weights: m.weights, shared: m.shared
  }) AS members
}
RETURN h.id AS id, toString(h.createdAt) AS created, h.size AS size, h.structure AS structure,
       h.confidence AS confidence, members
ORDER BY created, id;

// name: persons_of(accounts)
// The same for the persons behind these accounts only.
UNWIND $accounts AS id
MATCH (:Account {id: id})-[of:IS]->(p:Person)
WHERE of.until IS NULL
WITH DISTINCT p
MATCH (p)<-[i:IS]-(a:Account)
WHERE i.until IS NULL
WITH p, min(i.since) AS since, collect({account: a.id, confidence: i.confidence, status: i.status}) AS members
RETURN p.id AS id, toString(since) AS created, members
ORDER BY created, id;
