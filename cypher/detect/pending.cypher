// name: some()
// Whether there is anything for a run to look at.
RETURN EXISTS { (:Changed) } OR EXISTS { (:Claimed) } OR (NOT EXISTS { (:Detection) } AND EXISTS { (:Account) }) AS some;

// name: begin(writers)
// Where detection stands, made by the first run: from then on, loads and words mark the accounts that they change.
MERGE (:Detection {id: 'detection'})
WITH *
UNWIND $writers AS writer
MERGE (:Detection {id: writer});

// name: hold()
// Take the lock that one run at a time can have. What this sets goes when the run ends, unless it records itself.
MATCH (d:Detection {id: 'detection'})
SET d.held = true
REMOVE d.held
RETURN d.token AS token, toString(d.asOf) AS as_of;

// name: write(writer)
// Take the lock of one of the run's writers, for the transaction that writes next. The mark stays until the run ends.
MATCH (d:Detection {id: $writer})
SET d.writing = true;

// name: settle(writers)
// Wait for what a run that was killed had sent: the server ends such a transaction after the run's own lock is free.
// Tells whether that run had written something.
UNWIND $writers AS writer
MATCH (d:Detection {id: writer})
SET d.held = true
REMOVE d.held
RETURN count(d.writing) > 0 AS broken;

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

// name: written(writers)
// What the run wrote is whole.
UNWIND $writers AS writer
MATCH (d:Detection {id: writer})
REMOVE d.writing;

// name: stand(token, as_of)
// Remember what the run that ends has seen; the token names what it kept for the next.
MATCH (d:Detection {id: 'detection'})
SET d.token = $token, d.asOf = datetime($as_of);
