// Roles as a table: every role of every member of a household, the most probable first
// Set the account first, in a line of its own:  :param account => 'a0000198'
MATCH (:Account {id: $account})-[m:MEMBER_OF]->(h:Household)
WHERE m.until IS NULL
MATCH (a:Account)-[p:PLAYS]->(h)
UNWIND range(0, 4) AS n
RETURN p.category AS category, ['initiator', 'influencer', 'decision_maker', 'buyer', 'user'][n] AS role, a.id AS account,
  p.scores[n] AS score, p.lows[n] AS low, p.highs[n] AS high, p.purchases AS purchases
ORDER BY category, n, score DESC, account;
