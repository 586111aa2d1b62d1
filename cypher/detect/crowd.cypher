// name: around(accounts, cap)
// What too many share to be anybody's own, and shared few enough before these accounts came.
UNWIND $accounts AS id
MATCH (:Account {id: id})-[:USES|CONNECTS_FROM|SHIPS_TO|PAYS_WITH]->(i:Identifier)
WHERE $cap < i.accounts <= $cap + size($accounts)
RETURN toLower([label IN labels(i) WHERE label <> 'Identifier'][0]) AS kind, collect(DISTINCT i.id) AS names
ORDER BY kind;
