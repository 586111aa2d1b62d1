// name: identifier(device, network, address, payment)
// One identifier by its kind and hash; the kinds that are null find nothing.
CALL () {
  MATCH (i:Device {id: $device})
  RETURN i
UNION ALL
  MATCH (i:Network {id: $network})
  RETURN i
UNION ALL
  MATCH (i:Address {id: $address})
  RETURN i
UNION ALL
  MATCH (i:Payment {id: $payment})
  RETURN i
}
RETURN i {.*} AS identifier;

// name: person(id)
// One person with the accounts that are theirs now.
MATCH (p:Person {id: $id})
RETURN p {.id, accounts: COLLECT {
  MATCH (p)<-[is:IS]-(a:Account)
  WHERE is.until IS NULL
  RETURN a {.*, registeredAt: toString(a.registeredAt), lastSeenAt: toString(a.lastSeenAt)} ORDER BY a.id LIMIT 100
}} AS person;

// name: constraints()
// The names of all constraints, to see whether the schema was applied.
SHOW CONSTRAINTS
YIELD name
RETURN collect(name) AS names;
