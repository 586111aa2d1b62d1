// name: groups(cap)
// Who gets parcels at one address. Identifiers of more than `cap` accounts are nobody's own and stay out.
MATCH (i:Address)
WHERE 2 <= i.accounts <= $cap
CALL (i) {
  MATCH (i)<-[r:SHIPS_TO]-(a:Account)
  RETURN collect(a.id) AS members, collect(r.hours) AS hours
}
RETURN 'address' AS kind, i.id AS identifier, coalesce(i.detail, '') AS detail, i.accounts AS accounts,
       members, hours, null AS since, null AS until;
