"""Hearth: who lives together, who decides, what made them buy and who brings others, from a graph in Neo4j."""
