// name: all()
// What people said last of living with others: one word for each speaker and other account.
MATCH (a:Account)-[s:SAID]->(b:Account)
RETURN a.id AS speaker, b.id AS other, s.word AS word
ORDER BY speaker, other;

// name: count()
// How many words there are.
MATCH ()-[s:SAID]->()
RETURN count(s) AS words;

// name: around(accounts)
// The same for what these accounts said and what was said of them.
UNWIND $accounts AS id
MATCH (:Account {id: id})-[s:SAID]-(:Account)
WITH DISTINCT s
RETURN startNode(s).id AS speaker, endNode(s).id AS other, s.word AS word
ORDER BY speaker, other;
