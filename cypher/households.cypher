// name: one(id, asOf, members, kinds, persons, memberships, successors, pending, roles, paths, measured)
// One household, closed or not, and what is asked about it; what is not asked for is not read. Its members are those of
// the time $asOf; null is now.
MATCH (h:Household {id: $id})
RETURN h {.*, createdAt: toString(h.createdAt), closedAt: toString(h.closedAt),
  successors: [(h)-[s:SUCCEEDED_BY]->(heir:Household) WHERE $successors | s {.*, household: heir {.*}}],
  measured: [(h)<-[m:MEMBER_OF]-()-[:MEASURED]->(i) WHERE $measured AND m.until IS NULL | i {.*, at: toString(i.at)}],
  members: CASE WHEN $members THEN COLLECT {
    MATCH (h)<-[m:MEMBER_OF]-(a:Account)
    WHERE CASE WHEN $asOf IS NULL THEN m.until IS NULL AND NOT m.status IN ['declined', 'left']
      ELSE m.since <= datetime($asOf) AND coalesce(m.until > datetime($asOf), true) END
    RETURN m {.*, since: toString(m.since), until: toString(m.until),
      pending: [(a)-[s:SAID {household: h.id}]->()-[o:MEMBER_OF]->(h) WHERE $pending AND o.until IS NULL | s.how][0],
      account: a {.*, registeredAt: toString(a.registeredAt), lastSeenAt: toString(a.lastSeenAt),
        person: [(a)-[is:IS]->(p:Person) WHERE $persons AND is.until IS NULL | p {.id}][0],
        memberships: [(a)-[o:MEMBER_OF]->(home:Household) WHERE $memberships AND o.until IS NULL
          AND NOT o.status IN ['declined', 'left'] | o {.*, household: home {.*}}],
        seen: COLLECT {
          UNWIND $kinds AS kind MATCH (a)-[s:$(kind)]->(i:Identifier)
          RETURN i {.*, kind, count: s.count, firstSeen: toString(s.firstSeen), lastSeen: toString(s.lastSeen)}
          ORDER BY s.count DESC, i.id LIMIT 100
        }
      }} ORDER BY a.id LIMIT 1000
  } ELSE [] END,
  plays: CASE WHEN $roles THEN COLLECT {
    MATCH (h)<-[p:PLAYS]-(a:Account) RETURN p {.*, account: a {.*}} ORDER BY p.category, a.id LIMIT 1000
  } ELSE [] END,
  paths: CASE WHEN $paths THEN COLLECT {
    MATCH (h)<-[:MEMBER_OF]-(:Account)-[led:LED_TO]->(p:Purchase) WHERE led.household = h.id
    WITH DISTINCT p, led.category AS category ORDER BY p.at DESC, p.id, category LIMIT 200
    RETURN p {.*, category, buyer: [(b)-[:MADE]->(p) | b {.*}][0], steps: COLLECT {
      MATCH (a:Account)-[s:LED_TO]->(p) WHERE s.category = category RETURN s {.*, account: a {.*}} ORDER BY s.step
    }}
  } ELSE [] END
} AS household;

// name: page(after, size, confidence, before, minSize, maxSize, minConfidence, structure, closed, limit, members, kinds, persons, memberships, successors, pending, measured)
// A page of households: upwards by id from $after, or downwards by $size or $confidence, where ids from $before break
// ties. A bound that is null finds nothing, so only one order yields, and its index seek stops when the page is full.
CALL () {
  MATCH (h:Household) USING INDEX h:Household(id) WHERE h.id > $after
  RETURN h ORDER BY h.id
UNION ALL
  MATCH (h:Household) USING INDEX h:Household(size, id) WHERE h.size = $size AND h.id < $before
  RETURN h ORDER BY h.size DESC, h.id DESC
UNION ALL
  MATCH (h:Household) USING INDEX h:Household(size, id)
  WHERE h.size < $size AND h.size >= $minSize AND h.id IS NOT NULL
  RETURN h ORDER BY h.size DESC, h.id DESC
UNION ALL
  MATCH (h:Household) USING INDEX h:Household(confidence, id) WHERE h.confidence = $confidence AND h.id < $before
  RETURN h ORDER BY h.confidence DESC, h.id DESC
UNION ALL
  MATCH (h:Household) USING INDEX h:Household(confidence, id)
  WHERE h.confidence < $confidence AND h.confidence >= $minConfidence AND h.id IS NOT NULL
  RETURN h ORDER BY h.confidence DESC, h.id DESC
}
WITH h WHERE h.size >= $minSize AND h.size <= $maxSize AND h.confidence >= $minConfidence
  AND ($structure IS NULL OR h.structure = $structure) AND ($closed OR h.closedAt IS NULL)
WITH h LIMIT $limit
RETURN collect(h {.*, createdAt: toString(h.createdAt), closedAt: toString(h.closedAt),
  successors: [(h)-[s:SUCCEEDED_BY]->(heir:Household) WHERE $successors | s {.*, household: heir {.*}}],
  measured: [(h)<-[m:MEMBER_OF]-()-[:MEASURED]->(i) WHERE $measured AND m.until IS NULL | i {.*, at: toString(i.at)}],
  members: CASE WHEN $members THEN COLLECT {
    MATCH (h)<-[m:MEMBER_OF]-(a:Account) WHERE m.until IS NULL AND NOT m.status IN ['declined', 'left']
    RETURN m {.*, since: toString(m.since),
      pending: [(a)-[s:SAID {household: h.id}]->()-[o:MEMBER_OF]->(h) WHERE $pending AND o.until IS NULL | s.how][0],
      account: a {.*, registeredAt: toString(a.registeredAt), lastSeenAt: toString(a.lastSeenAt),
        person: [(a)-[is:IS]->(p:Person) WHERE $persons AND is.until IS NULL | p {.id}][0],
        memberships: [(a)-[o:MEMBER_OF]->(home:Household) WHERE $memberships AND o.until IS NULL
          AND NOT o.status IN ['declined', 'left'] | o {.*, household: home {.*}}],
        seen: COLLECT {
          UNWIND $kinds AS kind MATCH (a)-[s:$(kind)]->(i:Identifier)
          RETURN i {.*, kind, count: s.count, firstSeen: toString(s.firstSeen), lastSeen: toString(s.lastSeen)}
          ORDER BY s.count DESC, i.id LIMIT 100
        }
      }} ORDER BY a.id LIMIT 1000
  } ELSE [] END
}) AS households;
