// name: begin()
// Where roles and paths stand, made by the first run: from then on, loads and detection mark the accounts they change.
MERGE (:Behaviour {id: 'behaviour'});

// name: hold()
// Take the lock that one run at a time can have. `fitted` is how many rows of touches and purchases the model was fitted
// to, `rows` how many there are; the database keeps these counts. `unsure` tells a first run that a load or detection is
// under way, which may have sent something before there was anything to mark for.
MATCH (b:Behaviour {id: 'behaviour'})
SET b.held = true
REMOVE b.held
RETURN b.model AS model, b.rows AS fitted, COUNT { ()-[:TOUCHED]->() } + COUNT { ()-[:MADE]->() } AS rows,
  b.rows IS NULL AND (
    EXISTS { (k:Key) WHERE k.loading }
    OR EXISTS { (w:Writer) WHERE w.writing AND w.id STARTS WITH 'detection' }
  ) AS unsure;

// name: claim()
// The accounts that changed since a run looked at them, and those at which a run looked that did not end.
CALL () {
  MATCH (a:Stirred)
  SET a:Judging
  REMOVE a:Stirred
}
MATCH (a:Judging)
RETURN collect(a.id) AS accounts;

// name: release()
// What was claimed has been looked at.
MATCH (a:Judging)
REMOVE a:Judging;

// name: stand(model, rows)
// Remember the model that the run that ends has judged with, and how many rows it was fitted to.
MATCH (b:Behaviour {id: 'behaviour'})
SET b.model = $model, b.rows = $rows;

// name: stale_roles(rows)
// In which households members play something else than these, by a digest of each one's part.
UNWIND $rows AS row
MATCH (h:Household {id: row.id})
WHERE row.mark <> COLLECT {
  MATCH (h)<-[p:PLAYS]-(a:Account)
  RETURN p.digest ORDER BY p.category, a.id
}
RETURN collect(h.id) AS ids;

// name: roles(rows)
// What members play in their households, in place of what was known; one row a household.
UNWIND $rows AS row
MATCH (h:Household {id: row.id})
CALL (h) {
  MATCH (h)<-[old:PLAYS]-(:Account)
  DELETE old
}
UNWIND row.parts AS one
MATCH (a:Account {id: one.account})
CREATE (a)-[p:PLAYS]->(h)
SET p = one.plays;

// name: stale_paths(rows)
// Which purchases have other touches that led to them than these, by a digest of each step.
UNWIND $rows AS row
MATCH (p:Purchase {id: row.id})
WHERE row.mark <> COLLECT {
  MATCH (p)<-[s:LED_TO]-(:Account)
  RETURN s.digest ORDER BY s.category, s.step
}
RETURN collect(p.id) AS ids;

// name: paths(rows)
// The touches that led to purchases, in place of what was known; one row a purchase.
UNWIND $rows AS row
MATCH (p:Purchase {id: row.id})
CALL (p) {
  MATCH (p)<-[old:LED_TO]-(:Account)
  DELETE old
}
UNWIND row.parts AS step
MATCH (a:Account {id: step.account})
CREATE (a)-[:LED_TO {
  category: step.category, step: step.step, action: step.action, channel: step.channel, at: datetime(step.at),
  hours: step.hours, own: step.own, probability: step.probability, household: step.household, digest: step.digest
}]->(p);
