// name: traits(accounts)
// What accounts say of the human being behind them: lists of id, age band, gender and platform.
UNWIND $accounts AS id
MATCH (a:Account {id: id})
RETURN collect([a.id, coalesce(a.ageBand, ''), coalesce(a.gender, ''), coalesce(a.platform, '')]) AS traits;

// name: everybody()
// The same of all accounts, 5000 of them a row.
MATCH (a:Account)
WITH collect([a.id, coalesce(a.ageBand, ''), coalesce(a.gender, ''), coalesce(a.platform, '')]) AS traits
UNWIND range(0, size(traits) - 1, 5000) AS begin
RETURN traits[begin..begin + 5000] AS traits;

// name: latest()
// The latest time in the data: what detection calls now. Null in an empty graph.
MATCH (a:Account)
WHERE a.lastSeenAt IS NOT NULL
RETURN toString(a.lastSeenAt) AS at
ORDER BY a.lastSeenAt DESC
LIMIT 1;
