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
// What detection calls now: the latest time in the data, or that of a run which looked from later. Null in an empty graph.
MATCH (a:Account)
WHERE a.lastSeenAt IS NOT NULL
WITH a.lastSeenAt AS at
ORDER BY at DESC
LIMIT 1
OPTIONAL MATCH (d:Detection {id: 'detection'})
RETURN toString(CASE WHEN d.asOf > at THEN d.asOf ELSE at END) AS at;
