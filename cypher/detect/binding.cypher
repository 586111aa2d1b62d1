// name: groups(never)
// Who declared to belong together: one entry a pair in columns, 5000 of them a row, because rows cost; since and until are
// local hours since 1970-01-01T00:00, and `never` is the hour of what has not ended.
MATCH (a)-[r:BOUND]->(b)
WITH r.kind AS detail, a.id AS one, b.id AS other,
     (r.at.epochSeconds + r.at.offsetSeconds) / 3600 AS since,
     coalesce((r.endedAt.epochSeconds + r.endedAt.offsetSeconds) / 3600, $never) AS until
WITH collect(detail) AS detail, collect(one) AS one, collect(other) AS other, collect(since) AS since,
     collect(until) AS until
UNWIND range(0, size(one) - 1, 5000) AS begin
WITH *, begin + 5000 AS end
RETURN detail[begin..end] AS detail, one[begin..end] AS one, other[begin..end] AS other, since[begin..end] AS since,
       until[begin..end] AS until;
