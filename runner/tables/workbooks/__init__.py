"""Workbooks: read in a process of their own, by the fastest reader that loses nothing."""
