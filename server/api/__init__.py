"""The GraphQL API: it translates requests to feature modules and their maps to answers, and does nothing else."""
