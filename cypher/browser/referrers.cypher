// Key referrers: the accounts that together bring most others, and whom they brought
// Run `hearth referrals` first, which chooses them
MATCH (k:KeyReferrer {by: 'best', campaign: ''})-[names:NAMES]->(a:Account)
WHERE k.place <= 10
OPTIONAL MATCH brought = (a)-[r:REFERRED]->(:Account)
WHERE r.convertedAt IS NOT NULL
RETURN k, names, a, brought
ORDER BY k.place
LIMIT 500;
