// name: some()
// One purchase, if the graph has any.
MATCH (p:Purchase)
RETURN p.id AS id
LIMIT 1;

// name: held(ids)
// What the graph holds of these purchases, one row a line, to be held against what a load says.
UNWIND $ids AS id
MATCH (a:Account)-[:MADE]->(p:Purchase {id: id})
OPTIONAL MATCH (p)-[l:OF]->(product:Product)
RETURN p.id AS purchase, a.id AS account, p.at.epochSeconds * 1000000 + p.at.microsecond AS utc,
  p.at.offsetSeconds AS ahead, p.currency AS currency, product.id AS product, l.amount AS amount,
  l.quantity AS quantity, head([(p)-[:DELIVERED_TO]->(x) | x.id]) AS address,
  head([(p)-[:PAID_WITH]->(x) | x.id]) AS payment, head([(p)-[:FOR]->(x) | x.id]) AS recipient
ORDER BY purchase, product;

// name: known(ids)
// Which of these purchases are in the graph.
UNWIND $ids AS id
MATCH (p:Purchase {id: id})
RETURN p.id AS id
ORDER BY id;

// name: create(rows)
// Orders that the graph does not have, whole: buyer, lines, where they went, what paid, and for whom they were. The
// amount is the sum of the lines in the order of their products, so that it does not depend on how they came.
UNWIND $rows AS row
MATCH (a:Account {id: row.account})
OPTIONAL MATCH (address:Address {id: row.address})
OPTIONAL MATCH (payment:Payment {id: row.payment})
OPTIONAL MATCH (recipient:Account {id: row.recipient})
CREATE (a)-[:MADE]->(p:Purchase {
  id: row.purchase, at: datetime(row.at), currency: row.currency,
  amount: CASE
    WHEN any(line IN row.lines WHERE line.amount IS NOT NULL)
    THEN reduce(sum = 0.0, line IN row.lines | sum + coalesce(line.amount, 0.0)) END
})
FOREACH (x IN CASE WHEN address IS NULL THEN [] ELSE [address] END | CREATE (p)-[:DELIVERED_TO]->(x))
FOREACH (x IN CASE WHEN payment IS NULL THEN [] ELSE [payment] END | CREATE (p)-[:PAID_WITH]->(x))
FOREACH (x IN CASE WHEN recipient IS NULL THEN [] ELSE [recipient] END | CREATE (p)-[:FOR]->(x))
FOREACH (x IN CASE WHEN EXISTS { (:Behaviour) } THEN [a] ELSE [] END | SET x:Stirred)
WITH p, row
UNWIND row.lines AS line
MATCH (x:Product {id: line.product})
CREATE (p)-[:OF {amount: line.amount, quantity: line.quantity, category: line.category}]->(x);

// name: merge(rows)
// Orders that the graph has, brought together with what these rows say of them; see create.
UNWIND $rows AS row
MATCH (a:Account {id: row.account})
MERGE (p:Purchase {id: row.purchase})
WITH a, p, row, EXISTS { (:Behaviour) } AS watched, coalesce(row.currency <> p.currency, row.currency IS NOT NULL)
  OR row.recipient IS NOT NULL AND NOT EXISTS { (p)-[:FOR]->(:Account {id: row.recipient}) }
  OR any(line IN row.lines WHERE NOT EXISTS {
    MATCH (p)-[l:OF]->(:Product {id: line.product})
    WHERE l.category <= line.category AND coalesce(l.amount = line.amount, line.amount IS NULL)
      AND coalesce(l.quantity = line.quantity, line.quantity IS NULL)
  }) AS changed
SET p.at = datetime(row.at), p.currency = coalesce(row.currency, p.currency)
MERGE (a)-[:MADE]->(p)
FOREACH (x IN CASE WHEN changed AND watched THEN [a] ELSE [] END | SET x:Stirred)
WITH p, row
CALL (p, row) {
  UNWIND row.lines AS line
  MATCH (x:Product {id: line.product})
  MERGE (p)-[l:OF]->(x)
  SET l.amount = coalesce(line.amount, l.amount), l.quantity = coalesce(line.quantity, l.quantity),
    l.category = CASE WHEN l.category <= line.category THEN l.category ELSE coalesce(line.category, l.category) END
}
CALL (p, row) { MATCH (x:Address {id: row.address}) MERGE (p)-[:DELIVERED_TO]->(x) }
CALL (p, row) { MATCH (x:Payment {id: row.payment}) MERGE (p)-[:PAID_WITH]->(x) }
CALL (p, row) { MATCH (x:Account {id: row.recipient}) MERGE (p)-[:FOR]->(x) }
WITH p, COLLECT {
  MATCH (p)-[l:OF]->(x:Product)
  WHERE l.amount IS NOT NULL
  RETURN l.amount
  ORDER BY x.id
} AS amounts
SET p.amount = CASE WHEN size(amounts) > 0 THEN reduce(sum = 0.0, amount IN amounts | sum + amount) END;
