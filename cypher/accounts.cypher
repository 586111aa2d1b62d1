// name: read(id, kinds, persons, memberships, members, theirKinds, theirPersons, pending, history, roles, measured)
// One account and what was asked about it: its identifiers, its person, its present households with the members that
// live there, and all its memberships ever. What is not asked for is not read; no identifier is followed back to
// other accounts.
MATCH (me:Account {id: $id})
RETURN me {.*, registeredAt: toString(me.registeredAt), lastSeenAt: toString(me.lastSeenAt),
  person: [(me)-[is:IS]->(p:Person) WHERE $persons AND is.until IS NULL | p {.id, accounts: COLLECT {
    MATCH (p)<-[also:IS]-(b:Account) WHERE also.until IS NULL
    RETURN b {.*, registeredAt: toString(b.registeredAt), lastSeenAt: toString(b.lastSeenAt)} ORDER BY b.id LIMIT 100 }}][0],
  plays: [(me)-[p:PLAYS]->(home:Household) WHERE $roles | p {.*, household: home {.*}}],
  seen: COLLECT {
    UNWIND $kinds AS kind MATCH (me)-[s:$(kind)]->(i:Identifier)
    RETURN i {.*, kind, count: s.count, firstSeen: toString(s.firstSeen), lastSeen: toString(s.lastSeen)}
    ORDER BY s.count DESC, i.id LIMIT 100
  },
  measured: [(me)-[:MEASURED]->(i:Influence) WHERE $measured | i {.*, at: toString(i.at)}][0],
  history: CASE WHEN $history THEN COLLECT {
    MATCH (me)-[m:MEMBER_OF]->(h:Household)
    RETURN m {.*, since: toString(m.since), until: toString(m.until),
      household: h {.*, createdAt: toString(h.createdAt), closedAt: toString(h.closedAt)},
      pending: [(me)-[s:SAID {household: h.id}]->()-[o:MEMBER_OF]->(h) WHERE $pending AND o.until IS NULL | s.how][0]}
    ORDER BY m.since DESC, m.until DESC, h.id LIMIT 100
  } ELSE [] END,
  memberships: CASE WHEN $memberships THEN COLLECT {
    MATCH (me)-[mine:MEMBER_OF]->(h:Household) WHERE mine.until IS NULL AND NOT mine.status IN ['declined', 'left']
    RETURN mine {.*, since: toString(mine.since),
      pending: [(me)-[s:SAID {household: h.id}]->()-[o:MEMBER_OF]->(h) WHERE $pending AND o.until IS NULL | s.how][0],
      household: h {.*, createdAt: toString(h.createdAt), closedAt: toString(h.closedAt),
      members: CASE WHEN $members THEN COLLECT {
        MATCH (h)<-[m:MEMBER_OF]-(a:Account) WHERE m.until IS NULL AND NOT m.status IN ['declined', 'left']
        RETURN m {.*, since: toString(m.since),
          pending: [(a)-[s:SAID {household: h.id}]->()-[o:MEMBER_OF]->(h) WHERE $pending AND o.until IS NULL | s.how][0],
          account: a {.*, registeredAt: toString(a.registeredAt), lastSeenAt: toString(a.lastSeenAt),
            person: [(a)-[is:IS]->(p:Person) WHERE $theirPersons AND is.until IS NULL | p {.id}][0],
            seen: COLLECT {
              UNWIND $theirKinds AS kind MATCH (a)-[s:$(kind)]->(i:Identifier)
              RETURN i {.*, kind, count: s.count, firstSeen: toString(s.firstSeen), lastSeen: toString(s.lastSeen)}
              ORDER BY s.count DESC, i.id LIMIT 100
            }
          }} ORDER BY a.id LIMIT 1000
      } ELSE [] END
    }} ORDER BY mine.confidence DESC, h.id LIMIT 20
  } ELSE [] END
} AS account;
