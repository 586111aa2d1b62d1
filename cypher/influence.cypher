// name: renew(at)
// Key referrers and days of the run before are those of this one too.
MATCH (k:KeyReferrer|ReferralDay)
SET k.at = datetime($at);

// name: keep(rows, at)
// Keep what was measured of accounts.
UNWIND $rows AS row
MERGE (i:Influence {id: row.id})
SET i = row, i.at = datetime($at);

// name: attach(rows)
// Let accounts have what was measured of them; one batch at a time, because relationships of neighbours lock each other.
UNWIND $rows AS id
MATCH (a:Account {id: id})
MATCH (i:Influence {id: id})
MERGE (a)-[:MEASURED]->(i);

// name: digests()
// What accounts have of what is kept, as pairs of account and digest, 20,000 a row.
MATCH (:Account)-[:MEASURED]->(i:Influence)
WITH collect([i.id, i.digest]) AS pairs
UNWIND range(0, size(pairs) - 1, 20000) AS start
RETURN pairs[start..start + 20000] AS pairs;

// name: drop(rows)
// Forget what was measured of accounts that nothing can be said of any more.
UNWIND $rows AS id
MATCH (i:Influence {id: id})
DETACH DELETE i;

// name: name(rows, at)
// Keep key referrers, each by the way it was chosen, campaign and place.
UNWIND $rows AS row
MATCH (a:Account {id: row.account})
MERGE (k:KeyReferrer {id: row.id})
SET k.by = row.by, k.campaign = row.campaign, k.place = row.place, k.chosenBy = row.chosenBy,
    k.marginalReach = row.marginalReach, k.reach = row.reach, k.certificate = row.certificate, k.at = datetime($at)
WITH k, a
OPTIONAL MATCH (k)-[old:NAMES]->(other:Account)
WHERE other <> a
DELETE old
MERGE (k)-[:NAMES]->(a);

// name: unname(at)
// Forget key referrers of earlier runs.
MATCH (k:KeyReferrer)
WHERE k.at < datetime($at)
DETACH DELETE k;

// name: count(rows, at)
// Keep how many referrals each campaign had on each day.
UNWIND $rows AS row
MERGE (d:ReferralDay {id: row.id})
SET d.campaign = row.campaign, d.day = date(row.day), d.referrals = row.referrals, d.converted = row.converted,
    d.intraHousehold = row.intraHousehold, d.flagged = row.flagged, d.at = datetime($at);

// name: uncount(at)
// Forget days of earlier runs.
MATCH (d:ReferralDay)
WHERE d.at < datetime($at)
DELETE d;

// name: named(by, campaign, first, budget)
// Key referrers in their order, as long as they together reach no more than a budget; null is none.
MATCH (k:KeyReferrer)
WHERE k.by = $by AND k.campaign = $campaign AND k.place <= $first AND ($budget IS NULL OR k.reach <= $budget)
MATCH (k)-[:NAMES]->(a:Account)
WITH k, a
ORDER BY k.place
RETURN collect(k {.*, at: toString(k.at),
  account: a {.*, registeredAt: toString(a.registeredAt), lastSeenAt: toString(a.lastSeenAt)}}) AS named;

// name: campaigns(by)
// The campaigns that key referrers chosen in this way are kept of; the empty one is all of them together.
MATCH (k:KeyReferrer)
WHERE k.by = $by
RETURN collect(DISTINCT k.campaign) AS campaigns;

// name: stats(campaign, since, until)
// Referrals from one day up to before another, of one campaign or of all; null is unbounded.
MATCH (d:ReferralDay)
WHERE d.day >= coalesce(date($since), date('0001-01-01')) AND d.day < coalesce(date($until), date('9999-12-31'))
  AND ($campaign IS NULL OR d.campaign = $campaign)
RETURN coalesce(sum(d.referrals), 0) AS referrals, coalesce(sum(d.converted), 0) AS converted,
  coalesce(sum(d.intraHousehold), 0) AS intraHousehold, coalesce(sum(d.flagged), 0) AS flagged,
  toString(max(d.at)) AS at;
