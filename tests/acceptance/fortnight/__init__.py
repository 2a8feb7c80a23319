"""A fortnight of reconciliations, and what is true of each of its nights."""
