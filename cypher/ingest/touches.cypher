// name: categories(rows)
// Categories that are touched.
UNWIND $rows AS row
MERGE (:Category {id: row.id});

// name: category(rows)
// Touches of categories, one edge per account, action and local day; the day's first touch gives time and channel.
UNWIND $rows AS row
MATCH (a:Account {id: row.account})
MATCH (x:Category {id: row.target})
MERGE (a)-[t:TOUCHED {action: row.action, day: date(row.day)}]->(x)
  ON CREATE SET t.hours = row.hours, t.count = size(row.hours), t.at = datetime(row.at), t.channel = row.channel
WITH t, row
CALL (t, row) {
  WITH COLLECT { UNWIND t.hours + row.hours AS hour RETURN DISTINCT hour ORDER BY hour } AS hours,
    datetime(row.at) AS at
  SET
    t.hours = hours,
    t.count = size(hours),
    t.channel = CASE
      WHEN at < t.at THEN row.channel
      WHEN at > t.at OR row.channel >= t.channel THEN t.channel
      ELSE coalesce(row.channel, t.channel) END,
    t.at = CASE WHEN at < t.at THEN at ELSE t.at END
};

// name: product(rows)
// Touches of products, one edge per account, action and local day; the day's first touch gives time and channel.
UNWIND $rows AS row
MATCH (a:Account {id: row.account})
MATCH (x:Product {id: row.target})
MERGE (a)-[t:TOUCHED {action: row.action, day: date(row.day)}]->(x)
  ON CREATE SET t.hours = row.hours, t.count = size(row.hours), t.at = datetime(row.at), t.channel = row.channel
WITH t, row
CALL (t, row) {
  WITH COLLECT { UNWIND t.hours + row.hours AS hour RETURN DISTINCT hour ORDER BY hour } AS hours,
    datetime(row.at) AS at
  SET
    t.hours = hours,
    t.count = size(hours),
    t.channel = CASE
      WHEN at < t.at THEN row.channel
      WHEN at > t.at OR row.channel >= t.channel THEN t.channel
      ELSE coalesce(row.channel, t.channel) END,
    t.at = CASE WHEN at < t.at THEN at ELSE t.at END
};
