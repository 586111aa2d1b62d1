// name: currencies()
// The currencies that purchases were paid in, the most usual first.
MATCH (p:Purchase)
WHERE p.amount IS NOT NULL
RETURN coalesce(p.currency, '') AS currency, count(p) AS purchases
ORDER BY purchases DESC, currency;

// name: purchases(accounts, currency)
// What these accounts bought in a currency, in columns: the account's place in the list, when, in seconds since 1970,
// and the amount.
UNWIND range(0, size($accounts) - 1) AS place
MATCH (:Account {id: $accounts[place]})-[:MADE]->(p:Purchase)
WHERE p.amount IS NOT NULL AND coalesce(p.currency, '') = $currency
RETURN collect(place) AS place, collect(p.at.epochSeconds) AS at, collect(p.amount) AS amount;
