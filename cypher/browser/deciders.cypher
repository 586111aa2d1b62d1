// Decision makers of a category, with the households they decide for
// Set the category first, in a line of its own:  :param category => 'toys'
MATCH (a:Account)-[p:PLAYS]->(h:Household)
WHERE p.decides = $category
RETURN a, p, h
ORDER BY p.place
LIMIT 50;
