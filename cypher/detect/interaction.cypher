// name: groups()
// Who interacts with whom, and when: one entry a pair and kind in columns, 5000 of them a row, because rows cost. Without
// labels the server reads the relationships one after the other instead of everybody's.
MATCH (a)-[r:INTERACTED]->(b)
WITH collect(r.kind) AS detail, collect(a.id) AS one, collect(b.id) AS other, collect(r.hours) AS hours
UNWIND range(0, size(one) - 1, 5000) AS begin
WITH *, begin + 5000 AS end
RETURN detail[begin..end] AS detail, one[begin..end] AS one, other[begin..end] AS other, hours[begin..end] AS hours;
