// name: groups()
// Who interacts with whom, one kind at a time; both have the hours of the interaction.
MATCH (a:Account)-[r:INTERACTED]->(b:Account)
RETURN 'interaction' AS kind, '' AS identifier, r.kind AS detail, 2 AS accounts,
       [a.id, b.id] AS members, [r.hours] AS hours, null AS since, null AS until;
