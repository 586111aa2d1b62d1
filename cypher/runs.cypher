// name: page(before, id, limit)
// Runs of detection, newest first, from the one that began at $before and has this $id; null is the newest.
MATCH (r:DetectionRun)
WHERE r.startedAt <= coalesce(datetime($before), datetime('9999-12-31T00:00:00Z'))
  AND ($before IS NULL OR r.startedAt < datetime($before) OR r.id < $id)
WITH r
ORDER BY r.startedAt DESC, r.id DESC
LIMIT $limit
RETURN collect(r {.*, at: toString(r.startedAt)}) AS runs;

// name: one(id)
// One run of detection by its id.
MATCH (r:DetectionRun {id: $id})
RETURN r {.*} AS run;
