// Touches keep the first moment of each hour; of old ones that of the day's first is known, others begin their hour.
MATCH (:Account)-[t:TOUCHED]->()
WHERE t.times IS NULL
CALL (t) {
  WITH t, t.at.epochSeconds AS first, t.at.offsetSeconds AS ahead
  SET t.times = [h IN t.hours | CASE h WHEN (first + ahead) / 3600 THEN first ELSE h * 3600 - ahead END]
} IN TRANSACTIONS OF 10000 ROWS;
