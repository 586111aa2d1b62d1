// name: accounts()
// The ids of all accounts in their order, 20,000 a row, because rows cost.
MATCH (a:Account)
WITH a.id AS id
ORDER BY id
WITH collect(id) AS ids
UNWIND range(0, size(ids) - 1, 20000) AS start
RETURN ids[start..start + 20000] AS ids;

// name: made(accounts, until)
// What these accounts referred, in columns: the referrer's place in the list, the referee, when, when it converted,
// campaign, local day; times in seconds, days since 1970. Null is until now.
UNWIND range(0, size($accounts) - 1) AS place
MATCH (:Account {id: $accounts[place]})-[r:REFERRED]->(b:Account)
WHERE $until IS NULL OR r.at < datetime($until)
RETURN collect(place) AS place, collect(b.id) AS referee, collect(r.at.epochSeconds) AS at,
       collect(coalesce(r.convertedAt.epochSeconds, -1)) AS converted, collect(coalesce(r.campaign, '')) AS campaign,
       collect((r.at.epochSeconds + r.at.offsetSeconds) / 86400) AS day;

// name: homes()
// Which accounts live in which household now, 20,000 pairs a row.
MATCH (h:Household)<-[m:MEMBER_OF]-(a:Account)
WHERE h.closedAt IS NULL AND m.until IS NULL AND m.status IN ['inferred', 'confirmed', 'bound']
WITH collect([a.id, h.id]) AS pairs
UNWIND range(0, size(pairs) - 1, 20000) AS start
RETURN pairs[start..start + 20000] AS pairs;

// name: persons()
// Which accounts are one person: those detected, and those declared since; pairs of an account and a person or account.
MATCH (a:Account)-[i:IS]->(p:Person)
WHERE i.until IS NULL
RETURN a.id AS account, 'person ' + p.id AS person
UNION
MATCH (a:Account)-[b:BOUND {kind: 'same_person'}]->(c:Account)
WHERE b.endedAt IS NULL
UNWIND [a.id, c.id] AS account
RETURN account, 'bound ' + a.id + ' ' + c.id AS person;

// name: beside(cap)
// Referrals that converted within the hour between accounts seen on one device of at most `cap` accounts.
MATCH (a:Account)-[r:REFERRED]->(b:Account)
WHERE 0 <= r.convertedAt.epochSeconds - r.at.epochSeconds <= 3600
  AND EXISTS { (a)-[:USES]->(d:Device)<-[:USES]-(b) WHERE d.accounts <= $cap }
RETURN DISTINCT a.id AS one, b.id AS other;

// name: phones(cap)
// Referrals between accounts who use one phone of at most `cap` accounts more than all else, and whose age band and
// gender do not speak against one person.
MATCH (a:Account)-[:REFERRED]->(b:Account)
WHERE coalesce(a.ageBand = b.ageBand, true) AND coalesce(a.gender = b.gender, true)
MATCH (a)-[u:USES]->(d:Device {detail: 'phone'})<-[v:USES]-(b)
WHERE d.accounts <= $cap
  AND 2 * size(u.hours) >= reduce(all = 0, n IN COLLECT { MATCH (a)-[w:USES]->() RETURN size(w.hours) } | all + n)
  AND 2 * size(v.hours) >= reduce(all = 0, n IN COLLECT { MATCH (b)-[w:USES]->() RETURN size(w.hours) } | all + n)
RETURN DISTINCT a.id AS one, b.id AS other;

// name: crowds(least, most)
// Devices of so many accounts on which one account referred `least` or more: who, and whom.
MATCH (d:Device)
WHERE $least <= d.accounts <= $most
MATCH (d)<-[:USES]-(b:Account)<-[:REFERRED]-(a:Account)
WITH d, a, collect(DISTINCT b.id) AS others
WHERE size(others) >= $least
RETURN a.id AS one, others
ORDER BY one, others;
