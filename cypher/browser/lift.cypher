// Cross-account purchases by category: how many, and how many more than by chance, as the latest full run counted
MATCH (t:Tally {dimension: 'category', category: ''})
UNWIND range(0, size(t.groups) - 1) AS n
WITH t.groups[n] AS category, sum(t.purchases[n]) AS purchases, sum(t.cross[n]) AS crossAccount,
  sum(t.observed[n]) AS observed, sum(t.expected[n]) AS expected
RETURN category, toInteger(purchases) AS purchases, toInteger(crossAccount) AS crossAccount,
  CASE WHEN expected >= 3 AND observed > 0 THEN observed / expected END AS lift
ORDER BY category;
