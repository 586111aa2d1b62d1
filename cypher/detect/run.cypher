// name: next()
// The id of the next run.
MATCH (r:DetectionRun)
RETURN count(r) + 1 AS number;

// name: record(id, started, as_of, model, counts)
// Remember a run that changed something.
CREATE (:DetectionRun {
  id: $id, startedAt: datetime($started), finishedAt: datetime(), asOf: datetime($as_of), model: $model,
  counts: $counts
});
