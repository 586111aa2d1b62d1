// name: groups(cap)
// Who pays with one card or wallet. Identifiers of more than `cap` accounts are nobody's own and stay out.
MATCH (i:Payment)
WHERE 2 <= i.accounts <= $cap
CALL (i) {
  MATCH (i)<-[r:PAYS_WITH]-(a:Account)
  RETURN collect(a.id) AS members, collect(r.hours) AS hours
}
RETURN 'payment' AS kind, i.id AS identifier, coalesce(i.detail, '') AS detail, i.accounts AS accounts,
       members, hours, null AS since, null AS until;
