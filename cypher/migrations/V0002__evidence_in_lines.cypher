// What speaks for a membership is one text with a line an item, and no longer three lists.
MATCH (:Account)-[m:MEMBER_OF]->(:Household)
WHERE m.weights IS NOT NULL
CALL (m) {
  WITH m, [n IN range(0, size(m.weights) - 1) | m.weights[n] + ' ' + m.shared[n] + ' ' + m.evidence[n]] AS lines
  SET m.evidence = reduce(text = head(lines), line IN tail(lines) | text + '\n' + line)
  REMOVE m.weights, m.shared
} IN TRANSACTIONS OF 10000 ROWS;
