// Generated from server/model.py by `make generate`; do not edit.
CREATE CONSTRAINT account_id IF NOT EXISTS FOR (n:Account) REQUIRE n.id IS UNIQUE;
CREATE INDEX account_lastseenat IF NOT EXISTS FOR (n:Account) ON (n.lastSeenAt);
CREATE CONSTRAINT person_id IF NOT EXISTS FOR (n:Person) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT household_id IF NOT EXISTS FOR (n:Household) REQUIRE n.id IS UNIQUE;
CREATE INDEX household_size_id IF NOT EXISTS FOR (n:Household) ON (n.size, n.id);
CREATE INDEX household_confidence_id IF NOT EXISTS FOR (n:Household) ON (n.confidence, n.id);
CREATE CONSTRAINT detectionrun_id IF NOT EXISTS FOR (n:DetectionRun) REQUIRE n.id IS UNIQUE;
CREATE INDEX detectionrun_startedat IF NOT EXISTS FOR (n:DetectionRun) ON (n.startedAt);
CREATE CONSTRAINT detection_id IF NOT EXISTS FOR (n:Detection) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT device_id IF NOT EXISTS FOR (n:Device) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT network_id IF NOT EXISTS FOR (n:Network) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT address_id IF NOT EXISTS FOR (n:Address) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT payment_id IF NOT EXISTS FOR (n:Payment) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT purchase_id IF NOT EXISTS FOR (n:Purchase) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT product_id IF NOT EXISTS FOR (n:Product) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT category_id IF NOT EXISTS FOR (n:Category) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT influence_id IF NOT EXISTS FOR (n:Influence) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT keyreferrer_id IF NOT EXISTS FOR (n:KeyReferrer) REQUIRE n.id IS UNIQUE;
CREATE INDEX keyreferrer_by_campaign_place IF NOT EXISTS FOR (n:KeyReferrer) ON (n.by, n.campaign, n.place);
CREATE CONSTRAINT referralday_id IF NOT EXISTS FOR (n:ReferralDay) REQUIRE n.id IS UNIQUE;
CREATE INDEX referralday_day IF NOT EXISTS FOR (n:ReferralDay) ON (n.day);
CREATE CONSTRAINT measurement_id IF NOT EXISTS FOR (n:Measurement) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT writer_id IF NOT EXISTS FOR (n:Writer) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT behaviour_id IF NOT EXISTS FOR (n:Behaviour) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT tally_id IF NOT EXISTS FOR (n:Tally) REQUIRE n.id IS UNIQUE;
CREATE INDEX tally_dimension_category_month IF NOT EXISTS FOR (n:Tally) ON (n.dimension, n.category, n.month);
CREATE CONSTRAINT householdmonth_id IF NOT EXISTS FOR (n:HouseholdMonth) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT credit_id IF NOT EXISTS FOR (n:Credit) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT key_id IF NOT EXISTS FOR (n:Key) REQUIRE n.id IS UNIQUE;
CREATE CONSTRAINT migration_id IF NOT EXISTS FOR (n:Migration) REQUIRE n.id IS UNIQUE;
CREATE INDEX plays_decides_place IF NOT EXISTS FOR ()-[r:PLAYS]-() ON (r.decides, r.place);
// The names of the model, so that no statement warns of one that a small graph does not have yet.
UNWIND [
  'Account', 'Address', 'Behaviour', 'Category', 'Changed', 'Claimed', 'Credit', 'Detection', 'DetectionRun',
  'Device', 'Household', 'HouseholdMonth', 'Identifier', 'Influence', 'Judging', 'Key', 'KeyReferrer',
  'Measurement', 'Migration', 'Network', 'Payment', 'Person', 'Product', 'Purchase', 'ReferralDay', 'Stirred',
  'Tally', 'Writer'
] AS name CALL db.createLabel(name);
UNWIND [
  'BOUND', 'CONNECTS_FROM', 'DELIVERED_TO', 'FOR', 'IN', 'INTERACTED', 'IS', 'LED_TO', 'MADE', 'MEASURED',
  'MEMBER_OF', 'NAMES', 'OF', 'PAID_WITH', 'PAYS_WITH', 'PLAYS', 'REFERRED', 'SAID', 'SHIPS_TO',
  'SUCCEEDED_BY', 'TOUCHED', 'USES'
] AS name CALL db.createRelationshipType(name);
UNWIND [
  'accounts', 'action', 'activated', 'ageBand', 'amount', 'asOf', 'at', 'betweenness', 'bought', 'by',
  'campaign', 'category', 'certificate', 'channel', 'check', 'checksum', 'chosenBy', 'city', 'claims',
  'closedAt', 'confidence', 'conversions', 'converted', 'convertedAt', 'core', 'count', 'counts', 'createdAt',
  'credit', 'cross', 'currency', 'day', 'decides', 'depth', 'detail', 'digest', 'dimension', 'direct', 'ee',
  'endedAt', 'evidence', 'exactly', 'expected', 'finishedAt', 'firstAt', 'firstSeen', 'flag', 'flagged',
  'followed', 'gender', 'groups', 'held', 'highs', 'hours', 'household', 'households', 'how', 'id',
  'intraHousehold', 'kind', 'lastAt', 'lastSeen', 'lastSeenAt', 'led', 'lifetime', 'loading', 'lows',
  'marginalReach', 'median', 'model', 'month', 'named', 'network', 'observed', 'oe', 'oo', 'others', 'own',
  'pagerank', 'place', 'platform', 'probability', 'purchase', 'purchases', 'quantity', 'reach', 'reachError',
  'reason', 'recommended', 'referrals', 'registeredAt', 'rows', 'run', 'score', 'scores', 'share', 'since',
  'size', 'startedAt', 'status', 'step', 'structure', 'subtree', 'times', 'token', 'touches', 'trained',
  'until', 'waits', 'who', 'word', 'writing'
] AS name CALL db.createProperty(name);
