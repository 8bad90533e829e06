"""The processes that serve: threads, turns, the scheduler, the two ports."""
