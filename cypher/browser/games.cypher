// Signs of gaming: flagged accounts with the reason, and the referrals among them
// Run `hearth referrals` first, which flags them
MATCH (a:Account)-[:MEASURED]->(i:Influence)
WHERE i.flag IS NOT NULL
OPTIONAL MATCH (a)-[r:REFERRED]->(b:Account)-[:MEASURED]->(j:Influence)
WHERE j.flag IS NOT NULL
RETURN i.flag AS flag, i.reason AS reason, a.id AS account, collect(b.id) AS referred
ORDER BY flag, account
LIMIT 200;
