// name: merge(rows)
// Categories that are touched.
UNWIND $rows AS row
MERGE (:Category {id: row.id});
