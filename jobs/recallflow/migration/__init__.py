"""The rules of a migration: which flows, and what becomes of each."""
