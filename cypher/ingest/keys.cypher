// name: all()
// The keys that identifiers in this graph were hashed with.
MATCH (k:Key)
RETURN k.id AS id, k.check AS check
ORDER BY id;

// name: merge(id, check)
// Remember the key of this load.
MERGE (k:Key {id: $id})
  ON CREATE SET k.check = $check;
