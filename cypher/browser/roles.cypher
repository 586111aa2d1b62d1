// Roles in a household: who decides, sways, buys and uses, by category
// Set the account and the category first, each in a line of its own:  :param account => 'a0000198'  and  :param category => 'toys'
MATCH (:Account {id: $account})-[m:MEMBER_OF]->(h:Household)
WHERE m.until IS NULL
MATCH (a:Account)-[plays:PLAYS {category: $category}]->(h)
RETURN a, plays, h;
