// name: groups(cap)
// Who was seen on one device. Identifiers of more than `cap` accounts are nobody's own and stay out.
MATCH (i:Device)
WHERE 2 <= i.accounts <= $cap
CALL (i) {
  MATCH (i)<-[r:USES]-(a:Account)
  RETURN collect(a.id) AS members, collect(r.hours) AS hours
}
RETURN 'device' AS kind, i.id AS identifier, coalesce(i.detail, '') AS detail, i.accounts AS accounts,
       members, hours, null AS since, null AS until;
