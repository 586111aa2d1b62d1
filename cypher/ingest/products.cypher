// name: merge(rows)
// Products and the categories that they belong to.
UNWIND $rows AS row
MERGE (p:Product {id: row.product})
MERGE (c:Category {id: row.category})
MERGE (p)-[:IN]->(c);
