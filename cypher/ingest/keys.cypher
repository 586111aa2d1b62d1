// name: all()
// The keys that identifiers in this graph were hashed with.
MATCH (k:Key)
RETURN k.id AS id, k.check AS check
ORDER BY id;

// name: merge(id, check)
// Remember the key of this load, and that it has begun.
MERGE (k:Key {id: $id})
  ON CREATE SET k.check = $check
SET k.loading = true;

// name: loaded()
// The load has ended.
MATCH (k:Key)
WHERE k.loading
REMOVE k.loading;
