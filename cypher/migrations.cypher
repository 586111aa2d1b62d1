// name: applied()
// The migrations that this graph has had, to apply each only once, and the schema that it has.
MATCH (m:Migration)
RETURN m.id AS id, m.checksum AS checksum
ORDER BY id;

// name: orphans(names)
// The indexes that have a constraint's name and no constraint: a database that was killed while it made one keeps them.
SHOW INDEXES YIELD name, owningConstraint
WHERE owningConstraint IS NULL AND name IN $names
RETURN name;

// name: record(id, checksum)
// Remember that a migration, or the schema, was applied.
MERGE (m:Migration {id: $id})
SET m.at = datetime(), m.checksum = $checksum;
