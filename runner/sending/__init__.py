"""Requests out, outcomes in: permits, pace, clock, retries."""
