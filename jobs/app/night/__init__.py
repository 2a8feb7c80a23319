"""Who is told of a night, and what."""
