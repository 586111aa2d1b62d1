// name: merge(rows)
// Referrals, one per pair and campaign: the earliest gives time and channel; the earliest conversion stays.
UNWIND $rows AS row
MATCH (a:Account {id: row.referrer})
MATCH (b:Account {id: row.referee})
MERGE (a)-[r:REFERRED {campaign: row.campaign}]->(b)
  ON CREATE SET r.at = datetime(row.at), r.channel = row.channel, r.convertedAt = datetime(row.converted)
WITH r, row, datetime(row.at) AS at, datetime(row.converted) AS converted
SET
  r.channel = CASE
    WHEN at < r.at THEN row.channel
    WHEN at > r.at OR row.channel >= r.channel THEN r.channel
    ELSE coalesce(row.channel, r.channel) END,
  r.at = CASE WHEN at < r.at THEN at ELSE r.at END,
  r.convertedAt = CASE WHEN r.convertedAt <= converted THEN r.convertedAt ELSE coalesce(converted, r.convertedAt) END;
