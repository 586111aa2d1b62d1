// name: traits(accounts)
// What accounts say of the human being behind them.
UNWIND $accounts AS id
MATCH (a:Account {id: id})
RETURN a.id AS account, coalesce(a.ageBand, '') AS age_band, coalesce(a.gender, '') AS gender,
       coalesce(a.platform, '') AS platform;

// name: latest()
// The latest time in the data: what detection calls now. Null in an empty graph.
MATCH (a:Account)
WHERE a.lastSeenAt IS NOT NULL
RETURN toString(a.lastSeenAt) AS at
ORDER BY a.lastSeenAt DESC
LIMIT 1;
