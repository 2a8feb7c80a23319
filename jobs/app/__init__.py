"""The program `recallflow`."""
