// name: begin()
// Where what is kept of referrals stands, made by the first run.
MERGE (:Measurement {id: 'measurement'});

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
