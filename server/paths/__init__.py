"""Which touches led to a purchase, and what they are worth."""
