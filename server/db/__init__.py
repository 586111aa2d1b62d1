"""The database: the one package that speaks to the driver."""
