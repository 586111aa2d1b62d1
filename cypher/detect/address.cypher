// name: groups(cap)
// Who gets parcels at one address. Identifiers of more than `cap` accounts are nobody's own and stay out. Each group is a list
// of identifier, detail, accounts, members, hours, since and until; 5000 of them are a row, because rows cost.
MATCH (i:Address)
WHERE i.accounts <= $cap
CALL (i) {
  MATCH (i)<-[r:SHIPS_TO]-(a:Account)
  RETURN collect(a.id) AS members, collect(r.hours) AS hours
}
WITH collect([i.id, coalesce(i.detail, ''), i.accounts, members, hours, null, null]) AS rows
UNWIND range(0, size(rows) - 1, 5000) AS start
RETURN rows[start..start + 5000] AS groups;

// name: around(accounts, cap)
// The same for the addresses of these accounts only.
UNWIND $accounts AS id
MATCH (:Account {id: id})-[:SHIPS_TO]->(i:Address)
WHERE i.accounts <= $cap
WITH DISTINCT i
CALL (i) {
  MATCH (i)<-[r:SHIPS_TO]-(a:Account)
  RETURN collect(a.id) AS members, collect(r.hours) AS hours
}
WITH collect([i.id, coalesce(i.detail, ''), i.accounts, members, hours, null, null]) AS rows
UNWIND range(0, size(rows) - 1, 5000) AS start
RETURN rows[start..start + 5000] AS groups;
