// name: current()
// The model that detection weighs with, as JSON; null for the one that Hearth ships.
MATCH (d:Detection {id: 'detection'})
RETURN d.trained AS weights;

// name: choose(weights)
// Let detection weigh with this model from its next run on; null goes back to the one that Hearth ships.
MERGE (d:Detection {id: 'detection'})
SET d.trained = $weights;
