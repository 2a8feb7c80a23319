"""Deterministic simulation: the sender and the journal in a world that is made of one seed, and an oracle that sees it.

    python -m tests.simulation --seed 7                        # one history, and its story
    python -m tests.simulation --histories 20000 --from-seed 1 # a campaign

A *history* is one run of some requests through everything that can happen to it: processes that crash at any await and
at any write of the journal, that are frozen and come back, are interrupted and resumed; a network that loses calls and
answers; a vendor that is down, slow, busy, or has another time. All of it follows from the seed.

world        time, what is due when, the machine's clock
stepped_loop an event loop that goes on by one callback when it is told to: not going on is a crash
journal_disk the real journal on SQLite in memory, whose writes can crash the process, or fail
vendor       the vendor's side: what it has taken, and what it answers
network      carries calls there, or loses them
errand       the job
process      one run of the program
scenario     what a seed draws: requests, settings, weather, blows of fate
history      one history from its first process to its end
oracle       sees all of it, and says which promise was broken
seen         what it keeps of each request, call and process
bugs         deliberate bugs, to see whether the oracle would notice
"""
