// name: households()
// The households that last, with their members as they stand, 1000 of them a row, because rows cost.
MATCH (h:Household)
WHERE h.closedAt IS NULL
CALL (h) {
  MATCH (h)<-[m:MEMBER_OF]-(a:Account)
  WHERE m.until IS NULL AND m.status IN ['inferred', 'confirmed', 'bound']
  RETURN collect([a.id, m.confidence, m.status, m.score, m.evidence]) AS members
}
WITH collect([h.id, h.createdAt.epochMillis, members, h.size, h.structure, h.confidence]) AS standing
UNWIND range(0, size(standing) - 1, 1000) AS begin
RETURN false AS person, standing[begin..begin + 1000] AS standing;

// name: persons()
// The persons behind two or more accounts, with those accounts as they stand, likewise.
MATCH (p:Person)<-[i:IS]-(a:Account)
WHERE i.until IS NULL
WITH p, min(i.since) AS since, collect([a.id, i.confidence, i.status, 0.0, '']) AS members
WITH collect([p.id, since.epochMillis, members, 0, '', 0.0]) AS standing
UNWIND range(0, size(standing) - 1, 1000) AS begin
RETURN true AS person, standing[begin..begin + 1000] AS standing;

// name: around(accounts)
// The households and the persons of these accounts only.
UNWIND $accounts AS id
MATCH (:Account {id: id})-[of:MEMBER_OF|IS]->(h)
WHERE of.until IS NULL AND h.closedAt IS NULL
WITH DISTINCT h
CALL (h) {
  MATCH (h)<-[m:MEMBER_OF|IS]-(a)
  WHERE m.until IS NULL AND m.status IN ['inferred', 'confirmed', 'bound']
  RETURN min(m.since) AS since, collect([
    a.id, m.confidence, m.status, coalesce(m.score, 0.0), coalesce(m.evidence, '')
  ]) AS members
}
RETURN h:Person AS person, collect([
  h.id, coalesce(h.createdAt, since).epochMillis, members,
  coalesce(h.size, 0), coalesce(h.structure, ''), coalesce(h.confidence, 0.0)
]) AS standing;

// name: taken(ids)
// Which of these ids are those of households or persons that stand.
UNWIND $ids AS id
CALL (id) {
  MATCH (h:Household {id: id})
  WHERE h.closedAt IS NULL
  RETURN h
UNION
  MATCH (h:Person {id: id})
  WHERE EXISTS { MATCH (h)<-[i:IS]-() WHERE i.until IS NULL }
  RETURN h
}
RETURN collect(id) AS ids;
