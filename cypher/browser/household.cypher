// Household of an account: its members and what they share
// Set the account first, in a line of its own:  :param account => 'ada'
MATCH (:Account {id: $account})-[m:MEMBER_OF]->(h:Household)
WHERE m.until IS NULL
MATCH (h)<-[n:MEMBER_OF]-(a:Account)
WHERE n.until IS NULL
OPTIONAL MATCH shared = (a)-->(i:Identifier)<--(:Account)-[o:MEMBER_OF]->(h)
WHERE i.accounts <= 20 AND o.until IS NULL
OPTIONAL MATCH person = (a)-[is:IS]->(:Person)
WHERE is.until IS NULL
RETURN h, n, a, shared, person;
