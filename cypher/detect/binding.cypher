// name: groups()
// Who declared to belong together; since and until are local hours since 1970-01-01T00:00.
MATCH (a:Account)-[r:BOUND]->(b:Account)
RETURN 'binding' AS kind, '' AS identifier, r.kind AS detail, 2 AS accounts,
       [a.id, b.id] AS members, [] AS hours,
       (r.at.epochSeconds + r.at.offsetSeconds) / 3600 AS since,
       (r.endedAt.epochSeconds + r.endedAt.offsetSeconds) / 3600 AS until;
