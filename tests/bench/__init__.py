"""Measurements: commands that print figures, and never tests that depend on them."""
