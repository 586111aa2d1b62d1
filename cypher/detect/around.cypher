// name: identifiers(accounts, cap, networks)
// What these accounts have, with everybody who has it: as in the groups of each kind, only the networks or all but those,
// so that one can be read beside the other. An account's relationships stand in one chain, which each statement goes
// along once. `crowds` are the identifiers of more than `cap` accounts that may have had fewer before these came.
UNWIND $accounts AS id
MATCH (:Account {id: id})-[of:USES|CONNECTS_FROM|SHIPS_TO|PAYS_WITH]->(i)
WHERE (i:Network) = $networks AND i.accounts <= $cap + size($accounts)
WITH type(of) AS type, collect(DISTINCT i) AS found
WITH type, [i IN found WHERE i.accounts <= $cap] AS near, [i IN found WHERE i.accounts > $cap | i.id] AS crowds
CALL (near) {
  UNWIND near AS i
  MATCH (i)<-[r:USES|CONNECTS_FROM|SHIPS_TO|PAYS_WITH]-(a)
  RETURN collect(i.id) AS identifier, collect(coalesce(i.detail, '')) AS detail, collect(i.accounts) AS accounts,
         collect(a.id) AS member, collect(r.hours) AS hours
}
UNWIND range(0, size(member), 5000) AS begin
WITH *, begin + 5000 AS end
RETURN type, identifier[begin..end] AS identifier, detail[begin..end] AS detail, accounts[begin..end] AS accounts,
       member[begin..end] AS member, hours[begin..end] AS hours, CASE begin WHEN 0 THEN crowds ELSE [] END AS crowds;

// name: pairs(accounts, ever, never)
// With whom these accounts interact, and with whom they declared to belong: as in the groups of both kinds. What has no
// times is since `ever`, and until `never`.
UNWIND $accounts AS id
MATCH (:Account {id: id})-[r:INTERACTED|BOUND]-(:Account)
WITH DISTINCT r, startNode(r) AS a, endNode(r) AS b
WITH type(r) AS type, r.kind AS detail, a.id AS one, b.id AS other, coalesce(r.hours, []) AS hours,
     coalesce((r.at.epochSeconds + r.at.offsetSeconds) / 3600, $ever) AS since,
     coalesce((r.endedAt.epochSeconds + r.endedAt.offsetSeconds) / 3600, $never) AS until
WITH type, collect(detail) AS detail, collect(one) AS one, collect(other) AS other, collect(hours) AS hours,
     collect(since) AS since, collect(until) AS until
UNWIND range(0, size(one) - 1, 5000) AS begin
WITH *, begin + 5000 AS end
RETURN type, detail[begin..end] AS detail, one[begin..end] AS one, other[begin..end] AS other,
       hours[begin..end] AS hours, since[begin..end] AS since, until[begin..end] AS until;
