// name: purchase(id)
// One purchase with its buyer and the touches that led to it.
MATCH (p:Purchase {id: $id})
RETURN p {.*,
  buyer: [(b:Account)-[:MADE]->(p) | b {.*}][0],
  steps: COLLECT {
    MATCH (a:Account)-[s:LED_TO]->(p)
    RETURN s {.*, account: a {.*}} ORDER BY s.category, s.step LIMIT 200
  }
} AS purchase;

// name: tallies(category, dimension, since, until)
// What was counted of a category's paths by a dimension, month by month; the empty category is all of them.
MATCH (t:Tally)
WHERE t.dimension = $dimension AND t.category = $category AND t.month >= $since AND t.month < $until
RETURN collect(t {.*}) AS tallies;

// name: credit(category, model)
// What touches earned of a category's conversions by a model; the empty category is all of them.
MATCH (c:Credit {id: $category + '|' + $model})
RETURN c {.*} AS credit;

// name: months(since, until)
// What was counted of households in these months.
MATCH (m:HouseholdMonth)
WHERE m.id >= $since AND m.id < $until
WITH m ORDER BY m.id LIMIT 240
RETURN collect(m {.*}) AS months;

// name: count(tallies, credits, months)
// Put these counts in place of those that were.
CALL () {
  MATCH (old:Tally|Credit|HouseholdMonth)
  DELETE old
}
CALL () {
  UNWIND $tallies AS row
  CREATE (t:Tally)
  SET t = row
}
CALL () {
  UNWIND $credits AS row
  CREATE (c:Credit)
  SET c = row
}
CALL () {
  UNWIND $months AS row
  CREATE (m:HouseholdMonth)
  SET m = row
};
