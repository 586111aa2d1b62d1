"""Who begins, sways, decides, buys and uses, by household and category."""
