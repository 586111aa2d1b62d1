// name: known(ids)
// Which of these accounts are in the graph.
UNWIND $ids AS id
MATCH (a:Account {id: id})
RETURN a.id AS id
ORDER BY id;

// name: create(rows)
// Accounts that the graph does not have.
UNWIND $rows AS row
CREATE (:Account {
  id: row.id, platform: row.platform, registeredAt: datetime(row.registered), ageBand: row.age_band,
  gender: row.gender, city: row.city, lastSeenAt: datetime(row.seen)
});

// name: merge(rows)
// Accounts as their files say: a later value wins, an empty one erases nothing. Returns how many known ones changed.
UNWIND $rows AS row
MERGE (a:Account {id: row.id})
  ON CREATE SET a.platform = row.platform, a.registeredAt = datetime(row.registered), a.ageBand = row.age_band,
    a.gender = row.gender, a.city = row.city
WITH a, row, datetime(row.registered) AS registered, datetime(row.seen) AS seen
WITH *, coalesce(
  row.platform <> a.platform OR registered <> a.registeredAt OR row.age_band <> a.ageBand
  OR row.gender <> a.gender OR row.city <> a.city, false) AS changed,
  // What detection and roles read of an account counts as new as well where nothing was said before.
  coalesce(row.platform <> a.platform, row.platform IS NOT NULL)
  OR coalesce(row.age_band <> a.ageBand, row.age_band IS NOT NULL)
  OR coalesce(row.gender <> a.gender, row.gender IS NOT NULL) AS told
SET
  a.platform = coalesce(row.platform, a.platform),
  a.registeredAt = coalesce(registered, a.registeredAt),
  a.ageBand = coalesce(row.age_band, a.ageBand),
  a.gender = coalesce(row.gender, a.gender),
  a.city = coalesce(row.city, a.city),
  a.lastSeenAt = CASE WHEN a.lastSeenAt >= seen THEN a.lastSeenAt ELSE coalesce(seen, a.lastSeenAt) END
FOREACH (_ IN CASE WHEN (changed OR told) AND EXISTS { (:Detection) } THEN [1] ELSE [] END | SET a:Changed)
FOREACH (_ IN CASE WHEN (changed OR told) AND EXISTS { (:Behaviour) } THEN [1] ELSE [] END | SET a:Stirred)
RETURN count(CASE WHEN changed THEN 1 END) AS changed;
