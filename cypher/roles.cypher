// name: decision_makers(category, after, gender, ageBand, structure, limit)
// Who decides on a category, in order of household and account: an index seek that stops when the page is full.
MATCH (a:Account)-[p:PLAYS]->(h:Household)
USING INDEX p:PLAYS(decides, place)
WHERE p.decides = $category AND p.place > $after
  AND ($gender IS NULL OR a.gender = $gender)
  AND ($ageBand IS NULL OR a.ageBand = $ageBand)
  AND ($structure IS NULL OR h.structure = $structure)
WITH a, p, h ORDER BY p.decides, p.place LIMIT $limit
RETURN collect(p {.*, account: a {.*}, household: h {.*}}) AS rows;
