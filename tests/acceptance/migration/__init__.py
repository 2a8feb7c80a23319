"""A migration of thousands of flows, and what has to come of it by a computation of its own."""
