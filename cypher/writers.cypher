// name: begin(writers)
// The writers of a kind of run: transactions that go side by side, each under a lock of its own.
UNWIND $writers AS writer
MERGE (:Writer {id: writer});

// name: settle(writers)
// Wait for what a run that was killed had sent: the server ends such a transaction after the run's own lock is free.
// Tells whether that run left something half written.
UNWIND $writers AS writer
MATCH (w:Writer {id: writer})
SET w.held = true
REMOVE w.held
RETURN count(w.writing) > 0 AS broken;

// name: take(writer)
// Take the lock of a writer, for the transaction that writes next.
MATCH (w:Writer {id: $writer})
SET w.held = true
REMOVE w.held;

// name: mark(writers)
// What is written from here on is not whole until the run ends.
UNWIND $writers AS writer
MATCH (w:Writer {id: writer})
SET w.writing = true;

// name: unmark(writers)
// What the run wrote is whole.
UNWIND $writers AS writer
MATCH (w:Writer {id: writer})
REMOVE w.writing;
