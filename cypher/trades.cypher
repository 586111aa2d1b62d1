// name: accounts()
// The ids of all accounts, 5000 a row.
MATCH (a:Account)
WITH a.id AS id ORDER BY id
WITH collect(id) AS ids
UNWIND range(0, size(ids) - 1, 5000) AS start
RETURN ids[start..start + 5000] AS ids;

// name: around(accounts)
// These accounts, and all that ever lived in a household of theirs or are the same person.
UNWIND $accounts AS id
MATCH (a:Account {id: id})
CALL (a) {
  RETURN a AS near
UNION
  MATCH (a)-[:MEMBER_OF]->(:Household)<-[:MEMBER_OF]-(near:Account)
  RETURN near
UNION
  MATCH (a)-[:IS]->(:Person)<-[:IS]-(near:Account)
  RETURN near
}
WITH DISTINCT near.id AS id ORDER BY id
RETURN collect(id) AS ids;

// name: who(accounts)
// The age band of these accounts and the person behind each; columns of one row.
UNWIND $accounts AS id
MATCH (a:Account {id: id})
RETURN collect(a.id) AS account, collect(coalesce(a.ageBand, '')) AS band,
  collect(coalesce([(a)-[i:IS]->(p:Person) WHERE i.until IS NULL | p.id][0], a.id)) AS person;

// name: lived(accounts)
// Where these accounts lived when; a first membership counts back to the beginning, and one that was declined, which
// says that it never was, holds at no time: its household is still named, to be written anew. Seconds in UTC, -1 for
// no bound.
UNWIND $accounts AS id
MATCH (a:Account {id: id})
CALL (a) {
  MATCH (a)-[m:MEMBER_OF]->(h:Household)
  WITH m, h, COUNT { (a)-[o:MEMBER_OF]->() WHERE o.since < m.since AND o.status <> 'declined' } AS before
  WHERE m.until IS NOT NULL OR NOT m.status IN ['declined', 'left']
  RETURN h.id AS household, coalesce(m.until.epochSeconds, -1) AS until,
    CASE WHEN m.status = 'declined' THEN m.until.epochSeconds WHEN before = 0 THEN -1 ELSE m.since.epochSeconds END AS since
}
RETURN collect(a.id) AS account, collect(household) AS household, collect(since) AS since, collect(until) AS until;

// name: bought(accounts)
// What these accounts bought: a line and category a place of the columns.
UNWIND $accounts AS id
MATCH (a:Account {id: id})-[:MADE]->(p:Purchase)-[l:OF]->(x:Product)-[:IN]->(c:Category)
WHERE coalesce(l.category, c.id) = c.id // a product may be in several, a line is in one
WITH a, p, l, x, c, [(p)-[:FOR]->(r:Account) | r.id][0] AS recipient
RETURN collect(a.id) AS account, collect(p.id) AS purchase, collect(x.id) AS product, collect(c.id) AS category,
  collect(p.at.epochSeconds) AS at, collect(p.at.offsetSeconds) AS ahead, collect(coalesce(l.amount, 0.0)) AS amount,
  collect(coalesce(p.currency, '')) AS currency, collect(coalesce(recipient, '')) AS recipient;

// name: touched(accounts)
// What these accounts touched: a day, action and target a place of the columns; `times` are by hour, in
// seconds, and `hours` those local hours.
UNWIND $accounts AS id
MATCH (a:Account {id: id})
CALL (a) {
  MATCH (a)-[t:TOUCHED]->(c:Category)
  RETURN t, c.id AS category, '' AS product
UNION ALL
  MATCH (a)-[t:TOUCHED]->(x:Product)-[:IN]->(c:Category)
  RETURN t, c.id AS category, x.id AS product
}
WITH a, t, category, product
WHERE t.action <> 'login'
RETURN collect(a.id) AS account, collect(category) AS category, collect(product) AS product,
  collect(t.action) AS action, collect(coalesce(t.channel, '')) AS channel, collect(t.times) AS times,
  collect(t.hours) AS hours, collect(t.at.offsetSeconds) AS ahead;

// name: popular(products)
// How often each of these products was touched when the latest full run looked, in their order.
UNWIND range(0, size($products) - 1) AS n
MATCH (x:Product {id: $products[n]})
WITH n, coalesce(x.touches, 0) AS touches ORDER BY n
RETURN collect(touches) AS touches;

// name: count_touches(after)
// Keep how often products are touched, of 5000 after this one; returns the last of them.
MATCH (x:Product)
WHERE x.id > $after
WITH x ORDER BY x.id LIMIT 5000
WITH x, COUNT { (x)<-[:TOUCHED]-() } AS touches
FOREACH (_ IN CASE WHEN coalesce(x.touches, 0) <> touches THEN [1] ELSE [] END | SET x.touches = touches)
RETURN max(x.id) AS last;

// name: categories()
// All categories that anything was bought or touched in.
MATCH (c:Category)
WHERE EXISTS { (c)<-[:TOUCHED]-(:Account) }
  OR EXISTS { (c)<-[:IN]-(:Product)<-[:OF]-(:Purchase) }
  OR EXISTS { (c)<-[:IN]-(:Product)<-[:TOUCHED]-(:Account) }
WITH c.id AS name
ORDER BY name
RETURN collect(name) AS names;
