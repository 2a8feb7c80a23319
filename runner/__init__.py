"""A batch job runner: rows in, checked requests out, every one of them in a state that is true.

It has never heard of any vendor: a `Job` (see `runner.job`) brings the fields, the calls, and what the answers mean.
"""
