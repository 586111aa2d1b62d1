// name: anything()
// One node of a graph that is not empty; what migrations and runs note of themselves does not count.
MATCH (n)
WHERE NOT n:Migration AND NOT n:Detection AND NOT n:Behaviour AND NOT n:Measurement AND NOT n:Writer
RETURN elementId(n) AS node
LIMIT 1;

// name: others(agent)
// One connection of a program besides the one that calls itself so.
CALL dbms.listConnections() YIELD connectionId, userAgent
WHERE userAgent <> $agent
RETURN connectionId AS connection
LIMIT 1;
