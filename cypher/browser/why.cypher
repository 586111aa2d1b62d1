// Why an account lives in its household: what each thing weighs, in log-odds
// Set the account first, in a line of its own:  :param account => 'ada'
MATCH (:Account {id: $account})-[m:MEMBER_OF]->(h:Household)
WHERE m.until IS NULL
UNWIND split(m.evidence, '\n') AS line
WITH h, m, line, split(line, ' ') AS words
RETURN h.id AS household, m.confidence AS confidence, substring(line, size(words[0] + words[1]) + 2) AS evidence,
       toFloat(words[0]) AS weight, toInteger(words[1]) AS sharedWith
ORDER BY abs(weight) DESC;
