// name: some()
// One purchase, if the graph has any.
MATCH (p:Purchase)
RETURN p.id AS id
LIMIT 1;

// name: known(ids)
// What the graph holds of these purchases, one row a line, to be held against what a load says.
UNWIND $ids AS id
MATCH (a:Account)-[:MADE]->(p:Purchase {id: id})
OPTIONAL MATCH (p)-[l:OF]->(product:Product)
RETURN p.id AS purchase, a.id AS account, p.at.epochSeconds * 1000000 + p.at.microsecond AS utc,
  p.at.offsetSeconds AS ahead, p.currency AS currency, product.id AS product, l.amount AS amount,
  l.quantity AS quantity, head([(p)-[:DELIVERED_TO]->(x) | x.id]) AS address,
  head([(p)-[:PAID_WITH]->(x) | x.id]) AS payment, head([(p)-[:FOR]->(x) | x.id]) AS recipient
ORDER BY purchase, product;

// name: products(rows)
// Products and the categories that they belong to.
UNWIND $rows AS row
MERGE (p:Product {id: row.product})
MERGE (c:Category {id: row.category})
MERGE (p)-[:IN]->(c);

// name: merge(rows)
// Orders, each with its buyer.
UNWIND $rows AS row
MATCH (a:Account {id: row.account})
MERGE (p:Purchase {id: row.purchase})
SET p.at = datetime(row.at), p.currency = coalesce(row.currency, p.currency)
MERGE (a)-[:MADE]->(p);

// name: lines(rows)
// The lines of orders. An order's amount is the sum of its lines in the order of their products, so that it
// does not depend on the order in which they came.
UNWIND $rows AS row
MATCH (p:Purchase {id: row.purchase})
CALL (p, row) {
  UNWIND row.lines AS line
  MATCH (x:Product {id: line.product})
  MERGE (p)-[l:OF]->(x)
  SET l.amount = coalesce(line.amount, l.amount), l.quantity = coalesce(line.quantity, l.quantity)
}
WITH p, COLLECT {
  MATCH (p)-[l:OF]->(x:Product)
  WHERE l.amount IS NOT NULL
  RETURN l.amount
  ORDER BY x.id
} AS amounts
SET p.amount = CASE WHEN size(amounts) > 0 THEN reduce(sum = 0.0, amount IN amounts | sum + amount) END;

// name: delivered(rows)
// Where orders went.
UNWIND $rows AS row
MATCH (p:Purchase {id: row.purchase})
MATCH (x:Address {id: row.other})
MERGE (p)-[:DELIVERED_TO]->(x);

// name: paid(rows)
// What paid for orders.
UNWIND $rows AS row
MATCH (p:Purchase {id: row.purchase})
MATCH (x:Payment {id: row.other})
MERGE (p)-[:PAID_WITH]->(x);

// name: recipients(rows)
// Whom orders were for, when that was not the buyer.
UNWIND $rows AS row
MATCH (p:Purchase {id: row.purchase})
MATCH (x:Account {id: row.other})
MERGE (p)-[:FOR]->(x);
