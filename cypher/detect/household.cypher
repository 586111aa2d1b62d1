// name: reopen(rows)
// A family that comes together again gets its old household back, which goes on as nobody else any more. Where no
// household ever ended there is none to look up.
MATCH ()-[any:SUCCEEDED_BY]->()
WITH any LIMIT 1
UNWIND $rows AS id
MATCH (:Household {id: id})-[s:SUCCEEDED_BY]->(:Household)
DELETE s;

// name: open(rows, as_of, run)
// Begin households, or refresh those that stand, with the memberships that begin.
UNWIND $rows AS row
MERGE (h:Household {id: row.id})
ON CREATE SET h.createdAt = datetime($as_of)
SET h.size = row.size, h.structure = row.structure, h.confidence = row.confidence, h.closedAt = null
WITH h, row
UNWIND row.members AS member
MATCH (a:Account {id: member.account})
CREATE (a)-[:MEMBER_OF {
  since: datetime($as_of), run: $run, status: member.status, confidence: member.confidence, score: member.score,
  evidence: member.evidence
}]->(h)
WITH a
WHERE EXISTS { (:Behaviour) }
SET a:Stirred;

// name: join(rows, as_of, run)
// Begin memberships of households that stand.
UNWIND $rows AS row
MATCH (a:Account {id: row.account})
MATCH (h:Household {id: row.id})
CREATE (a)-[:MEMBER_OF {
  since: datetime($as_of), run: $run, status: row.status, confidence: row.confidence, score: row.score,
  evidence: row.evidence
}]->(h)
WITH a
WHERE EXISTS { (:Behaviour) }
SET a:Stirred;

// name: update(rows, run)
// Refresh memberships that last. They are found from the household, which has fewer relationships than an account.
UNWIND $rows AS row
MATCH (:Household {id: row.id})<-[m:MEMBER_OF]-(a)
WHERE m.until IS NULL AND a.id = row.account
SET m.run = $run, m.status = row.status, m.confidence = row.confidence, m.score = row.score,
    m.evidence = row.evidence;

// name: leave(rows, as_of, run)
// End memberships; one whose account declined it last ends as that.
UNWIND $rows AS row
MATCH (:Household {id: row.id})<-[m:MEMBER_OF]-(a)
WHERE m.until IS NULL AND a.id IN row.accounts
WITH a, row, m, COLLECT {
  MATCH (a)-[s:SAID {household: row.id}]->(:Account)
  RETURN s.how ORDER BY s.at DESC LIMIT 1
} AS said
SET m.run = $run, m.status = CASE said[0] WHEN 'decline' THEN 'declined' ELSE 'left' END, m.until = datetime($as_of)
WITH a
WHERE EXISTS { (:Behaviour) }
SET a:Stirred;

// name: close(rows, as_of)
// Close households and point to what they went on as, where there is such a household.
UNWIND $rows AS row
MATCH (h:Household {id: row.id})
SET h.closedAt = datetime($as_of)
WITH h, row
MATCH (n:Household {id: row.successor})
MERGE (h)-[s:SUCCEEDED_BY]->(n)
SET s.at = datetime($as_of), s.reason = row.reason;
