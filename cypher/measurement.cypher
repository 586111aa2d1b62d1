// name: begin(writers)
// Where what is kept of referrals stands, made by the first run.
MERGE (:Measurement {id: 'measurement'})
WITH *
UNWIND $writers AS writer
MERGE (:Measurement {id: writer});

// name: write(writer)
// Take the lock of one of the run's writers, for the transaction that writes next. The mark stays until the run ends.
MATCH (m:Measurement {id: $writer})
SET m.writing = true;

// name: settle(writers)
// Wait for what a run that was killed had sent: the server ends such a transaction after the run's own lock is free.
// Tells whether that run had written something.
UNWIND $writers AS writer
MATCH (m:Measurement {id: writer})
SET m.held = true
REMOVE m.held
RETURN count(m.writing) > 0 AS broken;

// name: written(writers)
// What the run wrote is whole.
UNWIND $writers AS writer
MATCH (m:Measurement {id: writer})
REMOVE m.writing;

// name: hold()
// Take the lock that one run at a time can have; returns which referrals the key referrers that stand were chosen from.
MATCH (m:Measurement {id: 'measurement'})
SET m.held = true
REMOVE m.held
RETURN m.digest AS digest;

// name: stand(digest)
// Remember which referrals the key referrers that stand were chosen from.
MATCH (m:Measurement {id: 'measurement'})
SET m.digest = $digest;
