// Why an account lives in its household: what each thing weighs, in log-odds
// Set the account first, in a line of its own:  :param account => 'ada'
MATCH (:Account {id: $account})-[m:MEMBER_OF]->(h:Household)
WHERE m.until IS NULL
UNWIND range(0, size(m.evidence) - 1) AS n
RETURN h.id AS household, m.confidence AS confidence, m.evidence[n] AS evidence, m.weights[n] AS weight,
       m.shared[n] AS sharedWith
ORDER BY abs(weight) DESC;
