// name: traits(accounts)
// What accounts say of the human being behind them: who says the same of age band, gender and platform.
UNWIND $accounts AS id
MATCH (a:Account {id: id})
RETURN coalesce(a.ageBand, '') AS age_band, coalesce(a.gender, '') AS gender, coalesce(a.platform, '') AS platform,
       collect(a.id) AS accounts;

// name: everybody()
// The same of all accounts, 5000 of them a row.
MATCH (a:Account)
WITH coalesce(a.ageBand, '') AS age_band, coalesce(a.gender, '') AS gender, coalesce(a.platform, '') AS platform,
     collect(a.id) AS accounts
UNWIND range(0, size(accounts) - 1, 5000) AS begin
RETURN age_band, gender, platform, accounts[begin..begin + 5000] AS accounts;

// name: latest()
// The latest time in the data: what detection calls now. Null in an empty graph.
MATCH (a:Account)
WHERE a.lastSeenAt IS NOT NULL
RETURN toString(a.lastSeenAt) AS at
ORDER BY a.lastSeenAt DESC
LIMIT 1;
