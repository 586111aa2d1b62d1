// name: all()
// What people said last of whether two accounts live together; of two words at one time the one that keeps apart.
MATCH (a:Account)-[s:SAID]->(b:Account)
WITH CASE WHEN a.id < b.id THEN [a.id, b.id] ELSE [b.id, a.id] END AS pair, s
ORDER BY s.at DESC, s.word
WITH pair, collect(s.word)[0] AS word
RETURN pair[0] AS a, pair[1] AS b, word
ORDER BY a, b;

// name: around(accounts)
// The same for these accounts only.
UNWIND $accounts AS id
MATCH (x:Account {id: id})-[s:SAID]-(y:Account)
WITH DISTINCT s, CASE WHEN x.id < y.id THEN [x.id, y.id] ELSE [y.id, x.id] END AS pair
ORDER BY s.at DESC, s.word
WITH pair, collect(s.word)[0] AS word
RETURN pair[0] AS a, pair[1] AS b, word
ORDER BY a, b;
