// Purchases of a household that another member's touch led to, the latest first
// Set the account first, in a line of its own:  :param account => 'ada'
MATCH (:Account {id: $account})-[m:MEMBER_OF]->(h:Household)
WHERE m.until IS NULL
MATCH (h)<-[:MEMBER_OF]-(a:Account)-[led:LED_TO {household: h.id, own: false}]->(p:Purchase)<-[made:MADE]-(buyer:Account)
RETURN DISTINCT a, led, p, made, buyer
ORDER BY p.at DESC
LIMIT 50;
