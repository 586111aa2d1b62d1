// name: some()
// Whether there is anything for a run to look at.
RETURN EXISTS { (:Changed) } OR EXISTS { (:Claimed) }
  OR EXISTS { (w:Writer) WHERE w.writing AND w.id STARTS WITH 'detection' }
  OR (NOT EXISTS { (:Detection) } AND EXISTS { (:Account) }) AS some;

// name: begin()
// Where detection stands, made by the first run: from then on, loads and words mark the accounts that they change.
MERGE (:Detection {id: 'detection'});

// name: hold()
// Take the lock that one run at a time can have. What this sets goes when the run ends, unless it records itself.
// `unsure` tells a first run that a load is under way, which may have sent rows before there was anything to mark for.
MATCH (d:Detection {id: 'detection'})
SET d.held = true
REMOVE d.held
RETURN d.token AS token, toString(d.asOf) AS as_of, d.asOf IS NULL AND EXISTS { (k:Key) WHERE k.loading } AS unsure;

// name: claim()
// The accounts that changed since a run looked at them, and those at which a run looked that did not end.
CALL () {
  MATCH (a:Changed)
  SET a:Claimed
  REMOVE a:Changed
}
MATCH (a:Claimed)
RETURN collect(a.id) AS accounts;

// name: release()
// What was claimed has been looked at.
MATCH (a:Claimed)
REMOVE a:Claimed;

// name: stand(token, as_of)
// Remember what the run that ends has seen; the token names what it kept for the next.
MATCH (d:Detection {id: 'detection'})
SET d.token = $token, d.asOf = datetime($as_of);
