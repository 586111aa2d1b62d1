// name: groups(cap)
// Who was seen on one network. Identifiers of more than `cap` accounts are nobody's own and stay out.
MATCH (i:Network)
WHERE 2 <= i.accounts <= $cap
CALL (i) {
  MATCH (i)<-[r:CONNECTS_FROM]-(a:Account)
  RETURN collect(a.id) AS members, collect(r.hours) AS hours
}
RETURN 'network' AS kind, i.id AS identifier, coalesce(i.detail, '') AS detail, i.accounts AS accounts,
       members, hours, null AS since, null AS until;
