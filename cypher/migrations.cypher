// name: applied()
// The migrations that this graph has had, to apply each only once.
MATCH (m:Migration)
RETURN m.id AS id, m.checksum AS checksum
ORDER BY id;

// name: record(id, checksum)
// Remember that a migration was applied.
MERGE (m:Migration {id: $id})
ON CREATE SET m.at = datetime(), m.checksum = $checksum;
