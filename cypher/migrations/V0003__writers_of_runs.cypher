// The writers of runs are nodes of their own, and no longer beside where each kind of run stands.
MATCH (d:Detection)
WHERE d.id STARTS WITH 'writer-'
MERGE (w:Writer {id: 'detection-' + substring(d.id, 7)})
SET w.writing = d.writing
DELETE d;

MATCH (m:Measurement)
WHERE m.id STARTS WITH 'writer-'
MERGE (w:Writer {id: 'referrals-' + substring(m.id, 7)})
SET w.writing = m.writing
DELETE m;

MATCH (b:Behaviour)
WHERE b.id STARTS WITH 'writes-'
MERGE (w:Writer {id: substring(b.id, 7)})
SET w.writing = b.replacing
DELETE b;
