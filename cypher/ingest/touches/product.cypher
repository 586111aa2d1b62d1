// name: known(ids)
// Which of these accounts have touched any product.
UNWIND $ids AS id
MATCH (a:Account {id: id})
WHERE EXISTS { (a)-[:TOUCHED]->(:Product) }
RETURN a.id AS id
ORDER BY id;

// name: create(rows)
// Touches of products by accounts that have none yet; see merge.
UNWIND $rows AS row
MATCH (a:Account {id: row.account})
MATCH (x:Product {id: row.target})
CREATE (a)-[:TOUCHED {
  action: row.action, day: date(row.day), hours: row.hours, times: row.times, count: size(row.hours),
  at: datetime(row.at), channel: row.channel
}]->(x)
WITH a
WHERE EXISTS { (:Behaviour) }
SET a:Stirred;

// name: merge(rows)
// Touches of products, one edge per account, action and local day; the day's first touch gives time and channel.
UNWIND $rows AS row
MATCH (a:Account {id: row.account})
MATCH (x:Product {id: row.target})
MERGE (a)-[t:TOUCHED {action: row.action, day: date(row.day)}]->(x)
  ON CREATE SET t.hours = [], t.times = [], t.count = 0, t.at = datetime(row.at), t.channel = row.channel
WITH a, t, row, EXISTS { (:Behaviour) } AS watched
CALL (a, t, row, watched) {
  WITH t.hours + row.hours AS hours, t.times + row.times AS times
  UNWIND range(0, size(hours) - 1) AS n
  WITH hours[n] AS hour, min(times[n]) AS time
  ORDER BY hour
  WITH collect(hour) AS hours, collect(time) AS times, datetime(row.at) AS at
  WITH hours, times, at, CASE
    WHEN at < t.at THEN row.channel
    WHEN at > t.at OR row.channel >= t.channel THEN t.channel
    ELSE coalesce(row.channel, t.channel) END AS channel
  WITH *, t.times <> times OR at < t.at OR coalesce(channel <> t.channel, t.channel IS NULL AND channel IS NOT NULL) AS new
  FOREACH (_ IN CASE WHEN watched AND new THEN [1] ELSE [] END | SET a:Stirred)
  SET
    t.hours = hours,
    t.times = times,
    t.count = size(hours),
    t.channel = channel,
    t.at = CASE WHEN at < t.at THEN at ELSE t.at END
};
