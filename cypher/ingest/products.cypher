// name: merge(rows)
// Products and the categories that they belong to. Whoever bought or touched one before it had a category is judged anew.
UNWIND $rows AS row
MERGE (p:Product {id: row.product})
MERGE (c:Category {id: row.category})
WITH p, c, NOT EXISTS { (p)-[:IN]->(c) } AS fresh
MERGE (p)-[:IN]->(c)
WITH p, fresh
WHERE fresh AND EXISTS { (:Behaviour) }
CALL (p) {
  MATCH (p)<-[:OF]-(:Purchase)<-[:MADE]-(a:Account)
  RETURN a
UNION
  MATCH (p)<-[:TOUCHED]-(a:Account)
  RETURN a
}
SET a:Stirred;
