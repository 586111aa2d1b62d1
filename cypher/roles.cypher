// name: decision_makers(category, after, gender, ageBand, structure, limit, look)
// Who decides on a category, in order of household and account: of the next $look, those of these kinds. `last` is
// where the look ended, null at the end of the list.
MATCH (a:Account)-[p:PLAYS]->(h:Household)
USING INDEX p:PLAYS(decides, place)
WHERE p.decides = $category AND p.place > $after
WITH a, p, h ORDER BY p.decides, p.place LIMIT $look
WITH collect([p, a, h]) AS seen
CALL (seen) {
  UNWIND seen AS one
  WITH one[0] AS p, one[1] AS a, one[2] AS h
  WHERE ($gender IS NULL OR a.gender = $gender)
    AND ($ageBand IS NULL OR a.ageBand = $ageBand)
    AND ($structure IS NULL OR h.structure = $structure)
  WITH p, a, h LIMIT $limit
  RETURN collect(p {.*, account: a {.*}, household: h {.*}}) AS rows
}
RETURN rows, CASE size(seen) WHEN $look THEN (seen[-1][0]).place END AS last;
