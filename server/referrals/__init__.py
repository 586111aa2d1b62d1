"""Who brings others: measures, spread, key referrers and signs of gaming, as pure functions over columns."""
