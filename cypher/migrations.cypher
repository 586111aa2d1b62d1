// name: applied()
// The migrations that this graph has had, to apply each only once, and the schema that it has.
MATCH (m:Migration)
RETURN m.id AS id, m.checksum AS checksum
ORDER BY id;

// name: record(id, checksum)
// Remember that a migration, or the schema, was applied.
MERGE (m:Migration {id: $id})
SET m.at = datetime(), m.checksum = $checksum;
